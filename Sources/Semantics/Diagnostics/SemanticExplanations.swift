public import Diagnostics

/// What `salc why` says of the codes of this module.
public enum SemanticExplanations {
  /// One entry a code.
  public static let all: [DiagnosticExplanation] = names + values + shapes + sinks + patterns

  static let names: [DiagnosticExplanation] = [
    DiagnosticExplanation(
      .unknownStream, "unknown stream",
      "A stream is used that no statement of the program names. Names are case- "
        + "sensitive; the nearest name of the program is offered.",
      example: """
        P = PacketStream("eth0");
        OUTPUT FILTER Packets BY tcp;
        """),
    DiagnosticExplanation(
      .unknownField, "unknown field or feature",
      "A name in an expression is neither a field of the tuple in one of the two "
        + "vocabularies (DestIp, tcp.flags.syn), nor a column of the key, nor a feature "
        + "of the program. Docs/Fields.md lists the fields.",
      example: "Syns = FILTER P BY tcp.flags.sync;"),
    DiagnosticExplanation(
      .unknownSource, "unknown source",
      "The call at the start of a program names no kind of source.",
      example: "P = PaketStream(\"eth0\");"),
    DiagnosticExplanation(
      .unknownOperator, "unknown operator",
      "FOREACH … GENERATE names an operator that the catalogue does not have. "
        + "Docs/Operators.md lists them.",
      example: "N = FOREACH K GENERATE cuont() WINDOW 1s;"),
    DiagnosticExplanation(
      .unknownSetting, "unknown setting",
      "`Name = value;` sets a default of the language; there is none of this name. "
        + "Streams are named by statements, and constants are written where they are "
        + "used.",
      example: "SetLags = 10ms;"),
    DiagnosticExplanation(
      .unknownFunction, "unknown function",
      "Expressions know one function, div(a, b). Operators such as count() belong to "
        + "FOREACH … GENERATE, which gives their value a name.",
      example: "Hot = FILTER K BY count() > 10;"),
    DiagnosticExplanation(
      .unknownService, "unknown service",
      "ApplicationProtocol is compared with a text that is no name of a service. Names are "
        + "those that IANA gives to well-known ports; a port without one is asked for by "
        + "its number.",
      example: "Web = FILTER P BY ApplicationProtocol == \"htpp\";"),
    DiagnosticExplanation(
      .unknownMember, "unknown member",
      "Only rankings have members: .value(i) is a share, .count(i) a count and "
        + ".key(i) the item at place i from 0.",
      example: """
        T = FOREACH K GENERATE topk(DestPort, 3) WINDOW 1s;
        Hot = FILTER K BY T.share(0) > 0.5;
        """),
    DiagnosticExplanation(
      .caseOfField, "field name in other case",
      "The name is that of a field but for upper and lower case, and is read as that "
        + "field.",
      example: "K = STREAM P BY destip;"),
    DiagnosticExplanation(
      .untoldField, "field that packets do not tell",
      "A program over records is given packets: its source stands for the flows that are made "
        + "of them. What only who wrote records could know, such as a label, is missing in "
        + "every one of them.",
      example: "salc run -e 'F = VastStream(); OUTPUT F (SourceIp, Label);' --pcap f.pcap"),
    DiagnosticExplanation(
      .usedBeforeAssignment, "used before its first assignment",
      "A name that is assigned more than once means the latest assignment above its "
        + "use; above this use there is none.",
      example: """
        K = STREAM S BY DestIp;
        S = FILTER P BY tcp;
        S = FILTER S BY tcp.flags.syn;
        """),
    DiagnosticExplanation(
      .reassignedName, "assigned again",
      "The name already has a value. That is allowed: a use means the latest "
        + "assignment above it, and the right side of an assignment sees the old value. "
        + "Often it is a slip, so it is a warning.",
      example: """
        S = FILTER P BY tcp;
        S = FILTER P BY udp;
        """),
    DiagnosticExplanation(
      .circularName, "defined by itself",
      "The value of the name needs the value of the name. Only membership in a set "
        + "may lead back, because a set takes effect later.",
      example: """
        A = FILTER B BY tcp;
        B = FILTER A BY udp;
        """),
    DiagnosticExplanation(
      .hiddenProtocol, "hides a protocol",
      "A bare protocol name such as tcp or dns is true where the packet has that "
        + "header. A name of the program hides it.",
      example: "dns = FILTER P BY udp.dstport == 53;"),
    DiagnosticExplanation(
      .ambiguousName, "field or name of the program",
      "The name is a field of the tuple and also one of the program's own; the "
        + "program would mean one of them by accident.",
      example: """
        SourceIp = FOREACH K GENERATE count() WINDOW 1s;
        X = FILTER P BY SourceIp == 10.0.0.1;
        """),
    DiagnosticExplanation(
      .unusedName, "never used",
      "Nothing uses the name. With an OUTPUT in the program only what it names is "
        + "printed; without any OUTPUT every name that nothing uses would be an output of "
        + "its own.",
      example: """
        A = FILTER P BY tcp;
        B = FILTER P BY udp;
        OUTPUT A;
        """),
    DiagnosticExplanation(
      .usesTooDeep, "names wait too deeply",
      "Names may be used before their line, but not in chains of hundreds.",
      example: """
        A1 = FILTER A2 BY tcp;
        A2 = FILTER A3 BY tcp;
        """),
    DiagnosticExplanation(
      .nothingToDo, "nothing to print",
      "The program names no stream and has no OUTPUT.",
      example: "SetLag = 10ms;"),
  ]
}
