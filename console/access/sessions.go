package access

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// A session ends SessionIdle after it was last used, and SessionLife after it
// began.
const (
	SessionIdle = 12 * time.Hour
	SessionLife = 7 * 24 * time.Hour
)

// maxSessions is how many there can be; the one longest unused makes room.
const maxSessions = 64

// Sessions are the log-ins that hold. They live in memory: a restart of the
// process ends them. Only hashes of the tokens are kept, so that neither a core
// dump nor a comparison's time gives one away. May be used concurrently.
type Sessions struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]*session
}

type session struct{ began, used time.Time }

// NewSessions returns none.
func NewSessions() *Sessions { return &Sessions{all: map[[sha256.Size]byte]*session{}} }

// Begin makes a session and returns its token.
func (s *Sessions) Begin(now time.Time) (token string) {
	token = rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(now)
	s.all[sha256.Sum256([]byte(token))] = &session{began: now, used: now}
	return token
}

// Holds reports whether the token is of a session, and marks it as used.
func (s *Sessions) Holds(token string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(token))
	found, ok := s.all[key]
	if !ok {
		return false
	}
	if found.over(now) {
		delete(s.all, key)
		return false
	}
	found.used = now
	return true
}

// End ends the session of a token, if there is one.
func (s *Sessions) End(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, sha256.Sum256([]byte(token)))
}

func (s *session) over(now time.Time) bool {
	return now.Sub(s.used) > SessionIdle || now.Sub(s.began) > SessionLife
}

// makeRoom lets go of what is over, and of one more where that is not enough.
func (s *Sessions) makeRoom(now time.Time) {
	var oldest [sha256.Size]byte
	var used time.Time
	for key, one := range s.all {
		if one.over(now) {
			delete(s.all, key)
			continue
		}
		if used.IsZero() || one.used.Before(used) {
			oldest, used = key, one.used
		}
	}
	if len(s.all) >= maxSessions {
		delete(s.all, oldest)
	}
}
