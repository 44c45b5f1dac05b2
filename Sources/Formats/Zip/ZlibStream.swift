private import CZlib

/// The zlib format: deflate data with a header and a checksum.
package enum ZlibStream {
  /// Returns the content of a stream; `nil` if the stream is damaged, or longer than a limit.
  package static func inflate(_ packed: ArraySlice<UInt8>, atMost limit: Int) -> [UInt8]? {
    var stream = z_stream()
    guard inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var input = Array(packed)
    var content: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    var status = Z_OK
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      while status == Z_OK && content.count <= limit {
        let written = block.withUnsafeMutableBufferPointer { block in
          stream.next_out = block.baseAddress
          stream.avail_out = UInt32(clamping: block.count)
          status = CZlib.inflate(&stream, Z_NO_FLUSH)
          return block.count - Int(stream.avail_out)
        }
        content += block[..<written]
        if written == 0 { break }
      }
    }
    return status == Z_STREAM_END && content.count <= limit ? content : nil
  }
}
