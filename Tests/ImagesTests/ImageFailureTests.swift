import Foundation
import Testing

@testable import Images

/// Tests of the image errors for the system's error numbers.
struct ImageFailureTests {
  @Test("a limit on open files is not an error of the image; all other errors are")
  func kinds() {
    let image = ImageLocation(path: "a.png")
    for code in [EMFILE, ENFILE] { #expect(ImageFile.failure(image, code).fault == .tooManyFiles) }
    for code in [ENOENT, ENOTDIR] { #expect(ImageFile.failure(image, code).fault == .missing) }
    for code in [EACCES, EIO, EISDIR] { #expect(ImageFile.failure(image, code).fault == .unreadable) }
    #expect("\(ImageFile.failure(image, EMFILE))".hasPrefix("a.png: too many files are open"))
  }
}
