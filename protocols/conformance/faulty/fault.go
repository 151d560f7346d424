package faulty

// Fault is a way in which devices fail. The zero Fault is none.
type Fault uint8

// The faults.
const (
	Silent     Fault = iota + 1 // the device takes requests and does not answer
	Late                        // it answers later than anybody waits: when the fault is another one
	Garbage                     // it answers with bytes of no meaning
	HalfFrame                   // it stops in the middle of an answer
	CutInFrame                  // it closes the connection in the middle of an answer
	Drip                        // its answers come byte by byte, too slowly
	Refusing                    // it refuses what it is asked to do
	CutOff                      // it closes the connection instead of answering
	HalfOpen                    // it takes connections, and nothing is ever heard on them
	Unreached                   // it takes no connections, and has closed those that were

	Own Fault = 64 // the first of those that only one kind of device has
)

// String returns the fault in words.
func (f Fault) String() string {
	names := [...]string{
		"no fault", "silent", "late", "garbage", "half frame", "cut in frame", "drip", "refusing", "cut off", "half open", "unreached",
	}
	switch {
	case f >= Own:
		return "of its own"
	case int(f) < len(names):
		return names[f]
	default:
		return names[0]
	}
}
