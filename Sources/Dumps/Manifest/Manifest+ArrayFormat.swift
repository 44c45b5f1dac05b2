package import Formats
package import Machine

extension ArrayFormat {
  /// What a manifest says, `nil` where it says something else.
  package init?(_ array: Manifest.Array) {
    guard
      let type = ValueType.allCases.first(where: { ArrayFormat($0, isUnitMajor: false).dtype == array.dtype })
    else { return nil }
    self.init(type, isUnitMajor: array.unitMajor ?? false)
  }
}

extension Manifest.Array {
  /// How the numbers lie in the file.
  ///
  /// - Throws: ``Failure`` of kind `badData` for what this program does not write.
  package func format(in folder: String) throws(Failure) -> ArrayFormat {
    guard let format = ArrayFormat(self) else {
      throw Failure(.badData, "\(folder)/\(file) is of the type \(dtype), which no dump has")
    }
    return format
  }
}
