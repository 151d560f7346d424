package subscription

import (
	"errors"
	"hash/maphash"
	"sync"
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

	mu      sync.Mutex
	inHand  []byte         // the payload that is being decoded, nil for none
	blamed  map[uint64]int // by hash of the payload: how often
	present bool           // blamed has something
}

func newSuspects() *suspects { return &suspects{seed: maphash.MakeSeed(), blamed: map[uint64]int{}} }

// enter and leave stand around the decoding of a payload.
func (s *suspects) enter(payload []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inHand = payload
}

func (s *suspects) leave() { s.enter(nil) }

// blame notes what was in hand when a goroutine ended, if anything was.
func (s *suspects) blame() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inHand == nil {
		return
	}
	if len(s.blamed) >= mostSuspects {
		clear(s.blamed)
	}
	s.blamed[maphash.Bytes(s.seed, s.inHand)]++
	s.inHand, s.present = nil, true
}

// check refuses a payload that has been blamed too often.
func (s *suspects) check(payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.present && s.blamed[maphash.Bytes(s.seed, payload)] >= strikes {
		return errSuspect
	}
	return nil
}
