/// The version of the program, written into every dump.
package let toolVersion = "1.0.0"
