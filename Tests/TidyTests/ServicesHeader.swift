import DataModel

/// `runtime-bpf/include/sal/services.h`, out of the table of services.
enum ServicesHeader {
  private static let pageBits = 6
  private static let mostPages = 128

  static var text: String {
    // A page is the codes of 64 ports of one transport; equal pages are one, the empty one is 0.
    var pages: [[Int]] = [[Int](repeating: 0, count: 1 << pageBits)]
    var places: [(page: Int, number: Int)] = []
    for transport in 0...1 {
      for page in 0..<(65_536 >> pageBits) {
        let codes = (0..<(1 << pageBits)).map { code(transport, page << pageBits | $0) }
        let number = pages.firstIndex(of: codes) ?? pages.count
        if number == pages.count { pages.append(codes) }
        if number > 0 { places.append((transport << 10 | page, number)) }
      }
    }
    precondition(pages.count <= mostPages, "a page's number is seven bits")
    let codes = pages.enumerated().flatMap { number, page in
      page.enumerated().filter { $0.element > 0 }.map {
        "[\(number << pageBits | $0.offset)] = \($0.element)"
      }
    }
    return """
      /* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
      /*
       * services.h - codes of services by port; generated from Sources/DataModel/Services.swift.
       *
       * `SALC_UPDATE=1 scripts/test --filter TidyTests` rewrites it. A page is 64 ports of a
       * transport, TCP's first; page 0 is empty.
       */
      #ifndef SAL_SERVICES_H
      #define SAL_SERVICES_H

      #include "types.h"

      /* clang-format off */
      static const __u8 sal_service_pages[2048] __attribute__((unused)) = {
      \(lines(places.map { "[\($0.page)] = \($0.number)" }))
      };

      static const __u16 sal_service_codes[8192] __attribute__((unused)) = {
      \(lines(codes))
      };
      /* clang-format on */

      #endif

      """
  }

  private static func code(_ transport: Int, _ port: Int) -> Int {
    let row = rowsByPort[port]?.first { transport == 0 ? $0.isTCP : $0.isUDP }
    return row.flatMap { Services.code($0.name) } ?? 0
  }

  private static let rowsByPort = Dictionary(grouping: Services.rows) { Int($0.port) }

  private static func lines(_ items: [String]) -> String {
    var lines: [String] = []
    var line = "\t"
    for item in items {
      if line.count + item.count > 88 {
        lines.append(line)
        line = "\t"
      }
      line += line == "\t" ? item + "," : " " + item + ","
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
