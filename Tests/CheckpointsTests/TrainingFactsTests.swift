import Checkpoints
import Foundation
import Testing

struct TrainingFactsTests {
  @Test(
    "entries of training code that name its network are metadata; long texts and numbers are not",
    arguments: ["training-zip.pth", "training-legacy.pth"])
  func facts(file: String) throws {
    let path = Fixtures.folder.deletingLastPathComponent().appending(path: "heads/\(file)").path
    let checkpoint = try Checkpoint.open(path)
    #expect(
      checkpoint.metadata == [
        "arch": "resnetblur50", "args.model": "resnetblur50.bt_in1k", "hyper_parameters.backbone": "resnet50",
      ])
    #expect(checkpoint.names == ["state_dict.conv1.weight"])
    #expect(checkpoint.metadata.keys.allSatisfy(TrainingFacts.keys.contains))
  }
}
