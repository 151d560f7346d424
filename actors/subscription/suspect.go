package subscription

import (
	"errors"
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// errSuspect says that a payload has ended the decoder before.
var errSuspect = errors.New("the decoder has panicked on this payload twice")

// strikes is how often a payload may end the decoder.
const strikes = 2

// mostSuspects bounds how many payloads are remembered.
const mostSuspects = 16

// suspects remembers payloads in hand when the decoder panicked, so that one of
// them does not end every incarnation to come. It outlives the incarnations.
type suspects struct {
	seed maphash.Seed

	present atomic.Bool // blamed has something

	mu     sync.Mutex
	blamed map[uint64]int // by hash of the payload: how often
}

func newSuspects() *suspects { return &suspects{seed: maphash.MakeSeed(), blamed: map[uint64]int{}} }

// blame notes a payload that was in hand when the decoder panicked.
func (s *suspects) blame(payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.blamed) >= mostSuspects {
		clear(s.blamed)
	}
	s.blamed[maphash.Bytes(s.seed, payload)]++
	s.present.Store(true)
}

// check refuses a payload that has been blamed too often.
func (s *suspects) check(payload []byte) error {
	if !s.present.Load() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blamed[maphash.Bytes(s.seed, payload)] >= strikes {
		return errSuspect
	}
	return nil
}
