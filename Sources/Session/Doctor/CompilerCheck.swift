import BPFRuntime

/// Which clang would be used, and which others there are.
enum CompilerCheck: MachineCheck {
  static let name = "compiler"

  static func remarks() -> [Remark] {
    var remarks: [Remark] = []
    let chosen: Clang
    do throws(BPFError) {
      chosen = try Clang.locate()
    } catch {
      return [
        Remark(
          status: .failure,
          text: "\(error); without it salc runs captures and bundles only",
          remedies: installation(MachineFacts.distribution))
      ]
    }
    remarks.append(.ok("\(chosen.path), \(release(chosen))"))
    for path in Clang.candidates() where path != chosen.path {
      // Others are for the reader's orientation: one that does not work does no harm.
      guard let other = try? Clang.probe(path) else { continue }
      remarks.append(.ok("also \(other.path), \(release(other))"))
    }
    do throws(BPFError) {
      remarks.append(.ok("headers in \(try RuntimeHeaders.locate())"))
    } catch {
      remarks.append(.failure("\(error)"))
    }
    return remarks
  }

  /// The version without where its sources lie.
  private static func release(_ clang: Clang) -> String {
    let end = clang.version.utf8.firstIndex(of: UInt8(ascii: "(")) ?? clang.version.endIndex
    let text = clang.version[..<end]
    return String(text.last == " " ? text.dropLast() : text)
  }

  /// How this distribution installs clang; empty where that is not known.
  static func installation(_ names: [String]) -> [String] {
    let commands = [
      "debian": "sudo apt-get install clang", "ubuntu": "sudo apt-get install clang",
      "fedora": "sudo dnf install clang", "rhel": "sudo dnf install clang",
      "suse": "sudo zypper install clang", "arch": "sudo pacman -S clang",
      "alpine": "sudo apk add clang",
    ]
    return names.lazy.compactMap { commands[$0] }.first.map { [$0] } ?? []
  }
}
