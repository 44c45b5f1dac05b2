/// The version of the program, written into every dump.
package let toolVersion = "0.1.0"
