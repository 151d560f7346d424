package access

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
)

// Role is what somebody may do.
type Role string

// The roles.
const (
	Viewer Role = "viewer" // read, and nothing else
	Admin  Role = "admin"  // everything
)

// ErrMayNot says that somebody is known and has no right to what they ask for.
var ErrMayNot = errors.New("this token may read, and nothing else")

// Caller is who makes a request. The zero value is nobody.
type Caller struct {
	Name string
	Role Role
}

// Token is what a machine sends instead of a password. Only its hash is kept:
// it is random enough that a plain one cannot be turned round.
type Token struct {
	Name string
	Role Role
	Sum  [sha256.Size]byte
}

// minToken is how short a token may be, so that nobody guesses it.
const minToken = 20

// NewToken returns a random token.
func NewToken() string { return "hf_" + rand.Text() }

// SumOf returns the hash that a Token has of its text, which is not to be
// guessed.
func SumOf(text string) ([sha256.Size]byte, error) {
	if len(text) < minToken {
		return [sha256.Size]byte{}, fmt.Errorf("a token of %d characters can be guessed: make one of %d or more with holdfast token", len(text), minToken)
	}
	return sha256.Sum256([]byte(text)), nil
}

// byToken returns whose token a request carries as Bearer.
func (d *Door) byToken(text string) (Caller, bool) {
	t, ok := d.tokens[sha256.Sum256([]byte(text))]
	return Caller{Name: t.Name, Role: t.Role}, ok
}

// may reports whether somebody may make a request; asks tells of one that is no
// GET whether it does nothing but ask.
func (c Caller) may(r *http.Request, asks func(*http.Request) bool) bool {
	switch {
	case c.Role != Viewer, r.Method == http.MethodGet, r.Method == http.MethodHead:
		return true
	}
	return asks != nil && asks(r)
}
