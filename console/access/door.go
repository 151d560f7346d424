package access

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// CookieName is the cookie of a session. Its prefix makes a browser keep it to
// this host, and to TLS.
const CookieName = "__Host-holdfast"

// ErrNobody says that a request names nobody, or somebody it does not prove.
var ErrNobody = errors.New("log in first, or send an API token or the password of " + User)

// WaitError says that a place has tried too often.
type WaitError struct{ Wait time.Duration }

func (e *WaitError) Error() string {
	return fmt.Sprintf("too many wrong passwords: wait %s", e.Wait.Round(time.Second))
}

// Door lets in who knows the password. May be used concurrently.
type Door struct {
	hash     []byte // bcrypt
	tokens   map[[sha256.Size]byte]Token
	sessions *Sessions
	limiter  *Limiter
	refused  atomic.Uint64

	checking chan struct{} // a token for whoever hashes: bcrypt is costly by design
	key      []byte        // of known
	mu       sync.Mutex
	known    []byte // keyed hash of the right password, once it was seen
}

// NewDoor returns the door to what a bcrypt hash protects, and tokens, too.
func NewDoor(hash []byte, tokens ...Token) *Door {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails
	d := &Door{
		hash: hash, tokens: map[[sha256.Size]byte]Token{}, sessions: NewSessions(), limiter: NewLimiter(),
		checking: make(chan struct{}, 1), key: key,
	}
	for _, t := range tokens {
		d.tokens[t.Sum] = t
	}
	return d
}

// Refused returns how many attempts were turned away.
func (d *Door) Refused() uint64 { return d.refused.Load() }

// LogIn begins a session and returns its token, or a *WaitError or ErrNobody.
func (d *Door) LogIn(ctx context.Context, remote, user, password string, now time.Time) (token string, err error) {
	if err := d.check(ctx, remote, user, password, now); err != nil {
		return "", err
	}
	return d.sessions.Begin(now), nil
}

// LogOut ends the session that a request carries.
func (d *Door) LogOut(r *http.Request) {
	if token := tokenOf(r); token != "" {
		d.sessions.End(token)
	}
}

// Identify returns who makes a request: by the session's cookie, by its token
// or an API token as Bearer, or by the password as Basic (RFC 7617).
func (d *Door) Identify(r *http.Request, now time.Time) (Caller, error) {
	administrator := Caller{Name: User, Role: Admin}
	if token := tokenOf(r); token != "" {
		if d.sessions.Holds(token, now) {
			return administrator, nil
		}
		if machine, ok := d.byToken(token); ok {
			return machine, nil
		}
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return Caller{}, ErrNobody
	}
	if err := d.check(r.Context(), r.RemoteAddr, name, password, now); err != nil {
		return Caller{}, err
	}
	return administrator, nil
}

// check compares a password, once the place has an attempt left. The right
// password is remembered by a keyed hash, so that a client that sends it with
// every request costs one bcrypt in all.
func (d *Door) check(ctx context.Context, remote, user, password string, now time.Time) error {
	named := subtle.ConstantTimeCompare([]byte(user), []byte(User)) == 1
	sum := d.sum(password)
	if d.knows(sum) && named {
		return nil
	}
	place := Place(remote)
	if wait, ok := d.limiter.Take(place, now); !ok {
		d.refused.Add(1)
		return &WaitError{Wait: wait}
	}
	right, err := d.compare(ctx, password)
	if err != nil {
		return err
	}
	if !right || !named {
		d.refused.Add(1)
		return ErrNobody
	}
	d.limiter.Forgive(place)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known = sum
	return nil
}

// compare runs bcrypt, one at a time: strangers can keep one core busy at most.
func (d *Door) compare(ctx context.Context, password string) (bool, error) {
	select {
	case d.checking <- struct{}{}:
		defer func() { <-d.checking }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return bcrypt.CompareHashAndPassword(d.hash, []byte(password)) == nil, nil
}

func (d *Door) sum(password string) []byte {
	mac := hmac.New(sha256.New, d.key)
	mac.Write([]byte(password))
	return mac.Sum(nil)
}

func (d *Door) knows(sum []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.known != nil && hmac.Equal(d.known, sum)
}

// tokenOf returns the token of a session that a request carries, or nothing.
func tokenOf(r *http.Request) string {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return bearer
	}
	if c, err := r.Cookie(CookieName); err == nil {
		return c.Value
	}
	return ""
}

// Cookie returns the cookie of a session; with no token, the one that removes it.
func Cookie(token string) *http.Cookie {
	c := &http.Cookie{
		Name: CookieName, Value: token, Path: "/", MaxAge: int(SessionLife / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}
