import CLineEditing
import Glibc

/// Reads lines from a person or a script.
protocol LineReader: AnyObject {
  /// The next line without its end.
  func read(prompt: String) -> LineEvent
  /// Adds an entry to what the arrow keys and Ctrl-R call back.
  func remember(_ entry: String)
}

/// What reading a line came to.
enum LineEvent: Equatable {
  case line(String)
  /// Ctrl-C: the line is given up.
  case interrupted
  /// Ctrl-D, the end of the script, or the end of the session.
  case end
}

/// Lines of standard input as they are: for scripts, and where there is no libedit.
final class PlainReader: LineReader {
  private let showsPrompt: Bool
  /// Called between keys; what it returns is written above the prompt.
  private let notices: () -> String?
  private var buffer: [UInt8] = []
  private var isAtEnd = false

  init(showsPrompt: Bool, notices: @escaping () -> String?) {
    self.showsPrompt = showsPrompt
    self.notices = notices
  }

  func remember(_ entry: String) {}

  func read(prompt: String) -> LineEvent {
    show(prompt)
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 1)
        return .line(line)
      }
      if isAtEnd {
        guard !buffer.isEmpty else { return .end }
        let line = String(decoding: buffer, as: UTF8.self)
        buffer = []
        return .line(line)
      }
      let isReady = ShellSignals.wait(for: STDIN_FILENO)
      if ShellSignals.mustEnd { return .end }
      if ShellSignals.takeInterrupt() { return .interrupted }
      if let notice = notices() {
        show("\n" + notice)
        show(prompt)
      }
      if isReady { fill() }
    }
  }

  private func fill() {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(STDIN_FILENO, &block, block.count)
    if count > 0 {
      buffer += block[..<count]
    } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
      isAtEnd = true
    }
  }

  private func show(_ text: String) {
    if showsPrompt { _ = FileText.writeAll(Array(text.utf8), to: STDOUT_FILENO) }
  }
}

/// Lines edited with libedit: arrows, history, Ctrl-R, Tab.
final class EditingReader: LineReader {
  private var editor: OpaquePointer?
  private let notices: () -> String?
  private let complete: (String) -> Completion

  /// Opens an editor; nil where libedit is not installed. `notices` is asked when something has
  /// happened while a line is typed; `complete` gets the line up to the cursor.
  init?(notices: @escaping () -> String?, complete: @escaping (String) -> Completion) {
    self.notices = notices
    self.complete = complete
    let calls = sal_line_editor_calls(
      owner: Unmanaged.passUnretained(self).toOpaque(),
      wait: { owner, descriptor in
        EditingReader.of(owner).wait(descriptor)
      },
      complete: { owner in EditingReader.of(owner).completeWord() ? 1 : 0 })
    guard let opened = sal_line_editor_open("salc", calls) else { return nil }
    editor = opened
  }

  deinit { if let editor { sal_line_editor_close(editor) } }

  func remember(_ entry: String) { sal_line_editor_remember(editor, entry) }

  func read(prompt: String) -> LineEvent {
    var line: UnsafePointer<CChar>?
    let count = sal_line_editor_read(editor, prompt, &line)
    if count == SAL_LINE_INTERRUPTED { return .interrupted }
    guard count >= 0, let line else { return .end }
    let bytes = UnsafeRawBufferPointer(start: line, count: Int(count))
    var text = String(decoding: bytes, as: UTF8.self)
    while text.last?.isNewline == true { text.removeLast() }
    return .line(text)
  }

  private static func of(_ owner: UnsafeMutableRawPointer?) -> EditingReader {
    guard let owner else { preconditionFailure("an editor calls its owner") }
    return Unmanaged<EditingReader>.fromOpaque(owner).takeUnretainedValue()
  }

  private func wait(_ descriptor: Int32) -> sal_wait {
    while true {
      let isReady = ShellSignals.wait(for: descriptor)
      if ShellSignals.mustEnd { return SAL_WAIT_END }
      if ShellSignals.takeInterrupt() { return SAL_WAIT_INTERRUPTED }
      if ShellSignals.takeResize() { sal_line_editor_resize(editor) }
      if let notice = notices() {
        _ = FileText.writeAll(Array(("\r\u{1B}[K" + notice).utf8), to: STDOUT_FILENO)
        sal_line_editor_redraw(editor)
      }
      if isReady { return SAL_WAIT_READY }
    }
  }

  /// Whether a list was written below the line.
  private func completeWord() -> Bool {
    var count = 0
    guard let text = sal_line_editor_text(editor, &count) else { return false }
    let bytes = UnsafeRawBufferPointer(start: text, count: count)
    let completion = complete(String(decoding: bytes, as: UTF8.self))
    if completion.insertion != completion.word {
      let length = completion.word.unicodeScalars.count
      sal_line_editor_replace(editor, Int32(length), completion.insertion)
    }
    guard !completion.list.isEmpty else { return false }
    _ = FileText.writeAll(Array(("\n" + completion.list).utf8), to: STDOUT_FILENO)
    return true
  }
}
