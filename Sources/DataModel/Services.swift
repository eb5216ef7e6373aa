/// Names of services by their well-known ports: what `ApplicationProtocol` says.
///
/// A selection of IANA's *Service Name and Transport Protocol Port Number Registry*
/// (https://www.iana.org/assignments/service-names-port-numbers): names that traffic of today still
/// has, in lower case. Ports from 32768 on are left out, since hosts take them for clients.
/// `runtime-bpf/include/sal/services.h` is generated from this table.
public enum Services {
  /// A row: a name, a port and the transports that the name is of.
  public struct Row: Sendable {
    /// IANA's name.
    public let name: String
    /// The well-known port.
    public let port: UInt16
    /// Whether it is the name on TCP.
    public let isTCP: Bool
    /// Whether it is the name on UDP.
    public let isUDP: Bool
  }

  /// Every row, by port.
  public static let rows: [Row] = table.split(separator: "\n").map { line in
    let words = line.split { $0 == " " || $0 == "/" }
    guard let port = UInt16(words[1]) else { preconditionFailure("a row has a port: \(line)") }
    let transports = words[2...]
    return Row(
      name: String(words[0]), port: port, isTCP: transports.contains("tcp"),
      isUDP: transports.contains("udp"))
  }

  /// Every name once, ascending; its *code* is its place from 1 on, so codes order as names do.
  public static let names: [String] = Set(rows.map(\.name)).sorted()

  /// The most that a code needs.
  public static let codeBits = 9

  /// A name's code, or nil for a name that is not in the table.
  public static func code(_ name: String) -> Int? { codes[name] }

  /// The name of a code.
  public static func name(_ code: Int) -> String {
    precondition(code >= 1 && code <= names.count, "a code of a service is one of the table's")
    return names[code - 1]
  }

  /// The well-known port of a name of the table, or of one that people say instead (`dns`); of
  /// several the lowest. Lower case.
  public static func port(of name: String) -> UInt16? {
    let known = spoken[name] ?? name
    return rows.first { $0.name == known }?.port
  }

  /// What people say, and what IANA calls it.
  static let spoken = [
    "dns": "domain", "dhcp": "bootps", "smb": "microsoft-ds", "rdp": "ms-wbt-server",
    "mssql": "ms-sql-s", "postgres": "postgresql", "vnc": "rfb", "memcached": "memcache",
    "dot": "domain-s", "ike": "isakmp", "rpc": "sunrpc", "winrm": "wsman", "mongo": "mongodb",
  ]

  private static let codes: [String: Int] = Dictionary(
    uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset + 1) })

  /// In the form of services(5).
  private static let table = """
    tcpmux 1/tcp/udp
    echo 7/tcp/udp
    discard 9/tcp/udp
    systat 11/tcp/udp
    daytime 13/tcp/udp
    qotd 17/tcp/udp
    chargen 19/tcp/udp
    ftp-data 20/tcp/udp
    ftp 21/tcp/udp
    ssh 22/tcp/udp
    telnet 23/tcp/udp
    smtp 25/tcp/udp
    time 37/tcp/udp
    name 42/tcp/udp
    nicname 43/tcp/udp
    tacacs 49/tcp/udp
    domain 53/tcp/udp
    bootps 67/tcp/udp
    bootpc 68/tcp/udp
    tftp 69/tcp/udp
    gopher 70/tcp/udp
    finger 79/tcp/udp
    http 80/tcp/udp
    kerberos 88/tcp/udp
    iso-tsap 102/tcp/udp
    acr-nema 104/tcp/udp
    pop3 110/tcp/udp
    sunrpc 111/tcp/udp
    auth 113/tcp/udp
    nntp 119/tcp/udp
    ntp 123/tcp/udp
    epmap 135/tcp/udp
    netbios-ns 137/tcp/udp
    netbios-dgm 138/tcp/udp
    netbios-ssn 139/tcp/udp
    imap 143/tcp
    snmp 161/tcp/udp
    snmptrap 162/tcp/udp
    cmip-man 163/tcp/udp
    cmip-agent 164/tcp/udp
    xdmcp 177/tcp/udp
    bgp 179/tcp/udp
    irc 194/tcp/udp
    smux 199/tcp/udp
    z39-50 210/tcp/udp
    ipx 213/tcp/udp
    ptp-event 319/tcp/udp
    ptp-general 320/tcp/udp
    rpki-rtr 323/tcp
    rpc2portmap 369/tcp/udp
    ldap 389/tcp/udp
    svrloc 427/tcp/udp
    https 443/tcp/udp
    microsoft-ds 445/tcp/udp
    kpasswd 464/tcp/udp
    submissions 465/tcp
    saft 487/tcp/udp
    isakmp 500/tcp/udp
    mbap 502/tcp/udp
    exec 512/tcp
    comsat 512/udp
    login 513/tcp
    who 513/udp
    shell 514/tcp
    syslog 514/udp
    printer 515/tcp/udp
    talk 517/tcp/udp
    ntalk 518/tcp/udp
    router 520/udp
    ripng 521/tcp/udp
    ncp 524/tcp/udp
    uucp 540/tcp/udp
    klogin 543/tcp/udp
    kshell 544/tcp/udp
    dhcpv6-client 546/tcp/udp
    dhcpv6-server 547/tcp/udp
    afpovertcp 548/tcp/udp
    rtsp 554/tcp/udp
    nntps 563/tcp/udp
    submission 587/tcp/udp
    syslog-conn 601/tcp/udp
    oob-ws-http 623/tcp
    asf-rmcp 623/udp
    qmqp 628/tcp/udp
    ipp 631/tcp/udp
    ldaps 636/tcp/udp
    msdp 639/tcp/udp
    ldp 646/tcp/udp
    dhcp-failover 647/tcp/udp
    tinc 655/tcp/udp
    ha-cluster 694/tcp/udp
    olsr 698/tcp/udp
    kerberos-adm 749/tcp/udp
    rfile 750/tcp
    loadav 750/udp
    tell 754/tcp/udp
    netconf-ssh 830/tcp/udp
    netconf-beep 831/tcp/udp
    netconfsoaphttp 832/tcp/udp
    netconfsoapbeep 833/tcp/udp
    dhcp-failover2 847/tcp/udp
    gdoi 848/tcp/udp
    domain-s 853/tcp/udp
    iscsi 860/tcp/udp
    owamp-control 861/tcp
    owamp-test 861/udp
    twamp-control 862/tcp
    twamp-test 862/udp
    rsync 873/tcp/udp
    ideafarm-door 902/tcp/udp
    rndc 953/tcp
    ftps-data 989/tcp/udp
    ftps 990/tcp/udp
    telnets 992/tcp/udp
    imaps 993/tcp
    pop3s 995/tcp/udp
    socks 1080/tcp/udp
    rmiregistry 1099/tcp/udp
    openvpn 1194/tcp/udp
    lotusnote 1352/tcp/udp
    ms-sql-s 1433/tcp/udp
    ms-sql-m 1434/tcp/udp
    ncube-lm 1521/tcp/udp
    sightline 1645/tcp/udp
    sa-msg-port 1646/tcp/udp
    l2f 1701/tcp/udp
    h323gatestat 1719/tcp/udp
    h323hostcall 1720/tcp/udp
    pptp 1723/tcp/udp
    radius 1812/tcp/udp
    radius-acct 1813/tcp/udp
    mqtt 1883/tcp/udp
    ssdp 1900/tcp/udp
    macromedia-fcs 1935/tcp/udp
    hsrp 1985/tcp/udp
    nfs 2049/tcp/udp
    iop 2055/tcp/udp
    gtp-control 2123/tcp/udp
    gtp-user 2152/tcp/udp
    eforward 2181/tcp/udp
    etcd-client 2379/tcp
    etcd-server 2380/tcp
    iec-104 2404/tcp/udp
    mgcp-gateway 2427/tcp/udp
    mon 2583/tcp/udp
    dict 2628/tcp/udp
    gds-db 3050/tcp/udp
    ndl-aas 3128/tcp/udp
    icpv2 3130/tcp/udp
    isns 3205/tcp/udp
    iscsi-target 3260/tcp/udp
    msft-gc 3268/tcp/udp
    msft-gc-ssl 3269/tcp/udp
    mysql 3306/tcp/udp
    ms-wbt-server 3389/tcp/udp
    stun 3478/tcp/udp
    nut 3493/tcp/udp
    teredo 3544/tcp/udp
    distcc 3632/tcp/udp
    daap 3689/tcp/udp
    svn 3690/tcp/udp
    ws-discovery 3702/tcp/udp
    bfd-control 3784/tcp/udp
    radius-dynauth 3799/tcp/udp
    sieve 4190/tcp
    f5-iquery 4353/tcp/udp
    epmd 4369/tcp/udp
    remctl 4373/tcp/udp
    ntske 4460/tcp
    ipsec-nat-t 4500/tcp/udp
    iax 4569/tcp/udp
    ipfix 4739/tcp/udp
    bfd-multi-ctl 4784/tcp/udp
    vxlan 4789/udp
    radmin-port 4899/tcp/udp
    avt-profile-1 5004/tcp/udp
    avt-profile-2 5005/tcp/udp
    sip 5060/tcp/udp
    sips 5061/tcp/udp
    xmpp-client 5222/tcp
    xmpp-server 5269/tcp
    cfengine 5308/tcp/udp
    stuns 5349/tcp/udp
    pcp 5351/udp
    mdns 5353/tcp/udp
    llmnr 5355/tcp/udp
    wsdapi 5357/tcp/udp
    postgresql 5432/tcp/udp
    amqps 5671/tcp/udp
    amqp 5672/tcp/udp
    coap 5683/tcp/udp
    coaps 5684/tcp/udp
    rfb 5900/tcp/udp
    wsman 5985/tcp/udp
    wsmans 5986/tcp/udp
    geneve 6081/udp
    sflow 6343/tcp/udp
    gnutella-svc 6346/tcp/udp
    gnutella-rtr 6347/tcp/udp
    redis 6379/tcp
    syslog-tls 6514/tcp/udp
    openflow 6653/tcp/udp
    babel 6696/udp
    ircs-u 6697/tcp
    font-service 7100/tcp/udp
    irdmi 8000/tcp/udp
    http-alt 8008/tcp/udp
    http-alt 8080/tcp/udp
    puppet 8140/tcp
    pcsync-https 8443/tcp/udp
    secure-mqtt 8883/tcp/udp
    bacula-dir 9101/tcp/udp
    bacula-fd 9102/tcp/udp
    bacula-sd 9103/tcp/udp
    wap-wsp 9200/tcp/udp
    git 9418/tcp/udp
    zabbix-agent 10050/tcp/udp
    zabbix-trapper 10051/tcp/udp
    amanda 10080/tcp/udp
    dicom 11112/tcp/udp
    memcache 11211/tcp/udp
    hkp 11371/tcp/udp
    db-lsp 17500/tcp
    db-lsp-disc 17500/udp
    dnp 20000/tcp/udp
    mongodb 27017/tcp
    """
}
