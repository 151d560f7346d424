package decode

// Eight octets at a time. The lowest bit that a result has set is exact: it is the
// highest bit of the first octet that is meant. Those above it may be false.

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// below marks octets less than n, which is at most 128.
func below(eight, n uint64) uint64 { return (eight - ones*n) &^ eight & highs }

// special marks what does not stand in a plain text: quotes, backslashes and
// control characters.
func special(eight uint64) uint64 {
	return below(eight^ones*'"', 1) | below(eight^ones*'\\', 1) | below(eight, ' ')
}

// notDigits marks what is no decimal digit, exactly.
func notDigits(eight uint64) uint64 {
	eight ^= ones * '0'
	return (eight&^highs + ones*(0x7F-9) | eight) & highs
}
