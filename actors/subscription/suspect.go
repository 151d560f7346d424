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

	inHand  atomic.Pointer[message] // that is being decoded, nil for none
	present atomic.Bool             // blamed has something

	mu     sync.Mutex
	blamed map[uint64]int // by hash of the payload: how often
}

func newSuspects() *suspects { return &suspects{seed: maphash.MakeSeed(), blamed: map[uint64]int{}} }

// enter stands before the decoding of a message, which stays as it is until the
// next one is entered or leave is called, behind the last one.
func (s *suspects) enter(m *message) { s.inHand.Store(m) }

func (s *suspects) leave() { s.inHand.Store(nil) }

// blame notes what was in hand when a goroutine ended, if anything was.
func (s *suspects) blame() {
	m := s.inHand.Swap(nil)
	if m == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.blamed) >= mostSuspects {
		clear(s.blamed)
	}
	s.blamed[maphash.Bytes(s.seed, m.payload)]++
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
