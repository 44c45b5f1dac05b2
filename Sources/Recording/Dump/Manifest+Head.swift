import Dumps
import Models

extension Manifest.Head {
  init?(_ head: Model.Head) {
    switch head {
    case .published: return nil
    case .outputs: self = .other
    case .absent: self = .absent
    }
  }
}
