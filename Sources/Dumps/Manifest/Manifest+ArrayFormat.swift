package import Formats
package import Machine

extension ArrayFormat {
  /// Reads the format from a manifest's entry; `nil` for an entry that this program does not write.
  package init?(_ array: Manifest.Array) {
    guard
      let type = ValueType.allCases.first(where: { ArrayFormat($0, isUnitMajor: false).dtype == array.dtype })
    else { return nil }
    self.init(type, isUnitMajor: array.unitMajor ?? false)
  }
}

extension Manifest.Array {
  /// Returns the layout of the numbers in the file.
  ///
  /// - Throws: ``Failure`` of kind `badData` for a format that this program does not write.
  package func format(in folder: String) throws(Failure) -> ArrayFormat {
    guard let format = ArrayFormat(self) else {
      throw Failure(.badData, "\(folder)/\(file) is of the type \(dtype), which no dump has")
    }
    return format
  }
}
