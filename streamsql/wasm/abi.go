package wasm

// The names that a module exports besides its functions.
const (
	exportMemory    = "memory"
	exportFunctions = "holdfast_functions" // () -> i64: where the manifest is
	exportAlloc     = "holdfast_alloc"     // (i32) -> i32: room for so many octets of arguments
)

// A place in the module's memory is one i64: the address in the high half, the
// length in the low.
func place(packed uint64) (address, length uint32) { return uint32(packed >> 32), uint32(packed) }

// The first octet of an encoded value. Numbers and times follow in 8 octets,
// little endian; texts, bytes and JSON as a length of 4 octets and so many more.
const (
	codeNull  = 0
	codeFalse = 1
	codeTrue  = 2
	codeInt   = 3 // two's complement
	codeFloat = 4 // IEEE 754 binary64
	codeText  = 5 // UTF-8
	codeBytes = 6
	codeTime  = 7 // nanoseconds since the Unix epoch, two's complement
	codeJSON  = 8 // an array or an object
	codeError = 9 // of a result: what went wrong, as text
)
