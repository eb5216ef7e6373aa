/// A test program around an emitted one: `@BYTES@`, `@STREAMS@` and `@CHECKS@` are filled in.
let nativeDriver = """
  #include "query.bpf.c"
  #include <stdio.h>

  static const struct { long count_at, words; } streams[] = {@STREAMS@};
  static __u64 evicted[sizeof(streams) / sizeof(streams[0])];
  static __u64 state = 88172645463325252ULL;

  static __u64 random64(void)
  {
  	state ^= state << 13;
  	state ^= state >> 7;
  	state ^= state << 17;
  	return state;
  }

  static void fail(const char *what, __u64 a, __u64 b)
  {
  	fprintf(stderr, "%s: %llu is not %llu\\n", what, a, b);
  	exit(1);
  }

  static __u32 put(__u8 *to, const char *hex)
  {
  	__u32 n = 0, byte;

  	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
  		to[n++] = (__u8)byte;
  	return n;
  }

  /* Ethernet, up to three tags, IPv4, IPv6 or ARP, a transport header; then damage. */
  static __u32 make(__u8 *frame)
  {
  	static const char *const network[] = {
  		"080045000064123440004006aaaa0a0000010a000002",
  		"0800450000640001000040110000c0a80101c0a80102",
  		"080046000064123440004001aaaa0a0000010a00000201020304",
  		("86dd60012345003c064020010db80000000000000000000000012001"
  		 "0db8000000000000000000000002"),
  		("86dd60012345003c003a20010db80000000000000000000000012001"
  		 "0db80000000000000000000000021100000000000000"),
  		"08060001080006040001aabbccddeeff0a0000010000000000000a000002",
  	};
  	__u32 n = put(frame, "0102030405060708090a0b0c"), tags = random64() % 8, i;

  	for (i = 0; tags > 4 && i < tags - 4; i++)
  		n += put(frame + n, i ? "810000ff" : "8100e064");
  	n += put(frame + n, network[random64() % 6]);
  	n += put(frame + n, random64() % 4 ? "01bb003500000001000000025012200000000000"
  					    : "003500358180000100010000000000000000");
  	for (i = 0; i < 8; i++) /* few values, so that keys come again */
  		frame[n + i] = (__u8)random64();
  	n += 40;
  	if (random64() % 2) /* another sender */
  		frame[29 + random64() % 4] = (__u8)(random64() % 16);
  	for (i = random64() % 8; i > 5; i--)
  		frame[random64() % n] = (__u8)random64();
  	return random64() % 16 ? n : random64() % (n + 1);
  }

  static __u64 word(const __u8 *half, long at)
  {
  	__u64 value;

  	memcpy(&value, half + at, sizeof(value));
  	return value;
  }

  static void take_records(void)
  {
  	const struct sal_batch *batch;
  	__u32 size;

  	while ((batch = sal_native_take(&size))) {
  		long at = streams[batch->stream].count_at, words = streams[batch->stream].words, i;
  		const __u64 *record = (const __u64 *)(batch + 1);

  		if (size != sizeof(*batch) + (__u64)SAL_BATCH_RECORDS * words * 8)
  			fail("bytes of a batch", size, batch->stream);
  		for (i = 0; at >= 0 && i < batch->count; i++)
  			evicted[batch->stream] += record[i * words + at];
  	}
  }

  __attribute__((unused)) static void check_table(const __u8 *half, long offset, long sets,
  	long key_words, long words, long stride, long shift, long reached, long unkeyed, long lost,
  	__u64 sent, long staging)
  {
  	__u64 sum = sent + word(half, lost), want = word(half, reached), i;
  	const struct sal_batch *staged = (const void *)(half + staging);
  	const __u64 *record = (const __u64 *)(staged + 1);
  	long set, way;

  	if (unkeyed >= 0)
  		want -= word(half, unkeyed);
  	for (i = 0; i < staged->count; i++)
  		sum += record[i * (key_words + words) + key_words];
  	for (set = 0; set < sets; set++) {
  		for (way = 0; way < 4; way++) {
  			long at = offset + set * stride;

  			if (shift >= 0)
  				sum += word(half, at + (way * key_words + key_words - 1) * 8) >>
  				       shift;
  			else
  				sum += word(half, at + (4 * key_words + way * words) * 8);
  		}
  	}
  	if (sum != want)
  		fail("tuples of a table", sum, want);
  }

  int main(void)
  {
  	__u8 *frame = 0;
  	__u32 i, n, n_frames = 200000;
  	struct sal_outcomes all;
  	const __u8 *half;

  	if (sal_native_open(1, 1 << 16) || sal_native_half_size() != @BYTES@)
  		fail("bytes of a half", sal_native_half_size(), @BYTES@);
  	sal_native_set_seed(42);
  	for (i = 0; i < n_frames; i++) {
  		__u8 bytes[512] = {0};

  		n = make(bytes);
  		sal_control.word = (1000000000ULL + i) << 1;
  		sal_control.wire_len = i % 3 ? 0 : n + 100;
  		sal_control.cap_len = i % 3 ? 0 : n;
  		sal_control.flags = i % 64 ? 0 : SAL_FLAG_NO_LINK;
  		frame = malloc(n ? n : 1); /* exact, so that the sanitizer sees every byte beyond */
  		memcpy(frame, bytes, n);
  		if (sal_native_run(0, frame, n) != XDP_PASS)
  			fail("verdict", i, XDP_PASS);
  		free(frame);
  		if (i % 1024 == 0 && i % 3072) /* sometimes late, so that the ring fills */
  			take_records();
  	}
  	take_records();
  	half = sal_native_half(0);
  	memcpy(&all, half, sizeof(all));
  	if (all.packets != n_frames)
  		fail("packets", all.packets, n_frames);
  	if (all.packets != all.ok + all.truncated + all.malformed + all.limited)
  		fail("outcomes", all.ok + all.truncated + all.malformed + all.limited, all.packets);
  	if (all.ok == 0 || all.truncated == 0 || all.malformed == 0)
  		fail("kinds of frames", all.ok, all.truncated);
  	@CHECKS@
  	sal_native_close();
  	return 0;
  }
  """
