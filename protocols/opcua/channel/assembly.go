package channel

import "fmt"

// assembly puts the chunks of messages together (§6.7.2). Several messages may be on their way at once.
type assembly struct {
	parts  map[uint32][]byte // by request
	counts map[uint32]int
}

func newAssembly() assembly { return assembly{parts: map[uint32][]byte{}, counts: map[uint32]int{}} }

// add takes a chunk and returns the whole message with its last one. The memory of a message of one chunk is the
// chunk's.
func (a *assembly) add(request uint32, chunk byte, body []byte) (whole []byte, complete bool, err error) {
	begun, more := a.parts[request]
	switch chunk {
	case final:
		if !more {
			return body, true, nil
		}
		a.drop(request)
		return append(begun, body...), true, nil
	case intermediate:
		a.counts[request]++
		if len(begun)+len(body) > messageLimit || a.counts[request] > chunkLimit {
			return nil, false, fmt.Errorf("%w: a message of more than %d bytes or %d chunks", errFrame, messageLimit, chunkLimit)
		}
		a.parts[request] = append(begun, body...)
		return nil, false, nil
	default:
		return nil, false, fmt.Errorf("%w: a chunk marked %q", errFrame, chunk)
	}
}

// drop forgets the message of a request.
func (a *assembly) drop(request uint32) {
	delete(a.parts, request)
	delete(a.counts, request)
}
