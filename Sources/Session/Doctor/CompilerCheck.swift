import BPFRuntime

/// Which clang would be used, and which others there are.
enum CompilerCheck: MachineCheck {
  static let name = "compiler"

  static func remarks(on machine: any Machine) -> [Remark] {
    var remarks: [Remark] = []
    let chosen: Clang
    do throws(BPFError) {
      chosen = try machine.compiler()
    } catch {
      return [
        Remark(
          status: .failure,
          text: "\(error); without it salc runs captures and bundles only",
          remedies: installation(machine.distribution))
      ]
    }
    remarks.append(.ok("\(chosen.path), \(release(chosen))"))
    for other in machine.otherCompilers(than: chosen) {
      remarks.append(.ok("also \(other.path), \(release(other))"))
    }
    do throws(BPFError) {
      remarks.append(.ok("headers in \(try machine.headers())"))
    } catch {
      remarks.append(
        .failure(
          "\(error); the source tree has them, where this puts them beside the program",
          placing(headersBeside: machine.program)))
    }
    return remarks
  }

  /// The command that installs the data path's headers where the program looks for them, run in the
  /// source tree.
  private static func placing(headersBeside program: String) -> String {
    let bin = program.split(separator: "/").dropLast()
    let include = Capability.shellWord("/" + (bin.dropLast() + ["include"]).joined(separator: "/"))
    return "sudo mkdir -p \(include)/salc && sudo cp -r runtime-bpf/include/. \(include)/salc/"
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
