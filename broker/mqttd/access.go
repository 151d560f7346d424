package mqttd

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// Account is one who may log in.
type Account struct {
	Name   string
	Hash   string // of the password, as HashPassword makes it
	Rights Rights
}

// Rights are the topics that somebody may use. Nothing is allowed that is not
// listed. %u in a filter is the user's name, %c the client identifier; whoever
// has a wildcard in either of them has no such right.
type Rights struct {
	Publish   []string // filters of topics
	Subscribe []string // filters: what lies wholly under one of them is allowed
}

// All is the right to everything but what begins with $.
func All() Rights { return Rights{Publish: []string{"#"}, Subscribe: []string{"#"}} }

// HashPassword hashes a password for Account, with bcrypt. A password has at
// most 72 bytes.
func HashPassword(password string) (string, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return string(hash), nil
}

func (a Account) check() error {
	if a.Name == "" {
		return errors.New("it has no name")
	}
	if _, err := bcrypt.Cost([]byte(a.Hash)); err != nil {
		return errors.New("its hash is not one of bcrypt: make it with HashPassword, and never write the password itself")
	}
	for _, filter := range slices.Concat(a.Rights.Publish, a.Rights.Subscribe) {
		if err := CheckFilter(filter); err != nil {
			return fmt.Errorf("right to %q: %w", filter, err)
		}
	}
	return nil
}

// mayPublish reports whether the rights include a topic.
func (r *Rights) mayPublish(topic, user, client string) bool {
	return slices.ContainsFunc(r.Publish, func(filter string) bool {
		filter, ok := personal(filter, user, client)
		return ok && matches(filter, topic)
	})
}

// maySubscribe reports whether the rights include a whole filter.
func (r *Rights) maySubscribe(filter, user, client string) bool {
	return slices.ContainsFunc(r.Subscribe, func(wide string) bool {
		wide, ok := personal(wide, user, client)
		return ok && covers(wide, filter)
	})
}

// personal fills in %u and %c. ok is false where that would change the shape of
// the filter.
func personal(filter, user, client string) (filled string, ok bool) {
	if !strings.Contains(filter, "%") {
		return filter, true
	}
	for _, of := range [...]struct{ mark, name string }{{"%u", user}, {"%c", client}} {
		if strings.Contains(filter, of.mark) && (of.name == "" || strings.ContainsAny(of.name, "+#/%")) {
			return "", false
		}
		filter = strings.ReplaceAll(filter, of.mark, of.name)
	}
	return filter, true
}

// gate knows the accounts. It may be used concurrently.
type gate struct {
	accounts map[string]Account

	hashing chan struct{} // bounds how many passwords are hashed at a time

	mu    sync.Mutex
	salt  [16]byte
	known map[[sha256.Size]byte]struct{} // log-ins that were right before, so that they need no hashing
}

// mostKnown bounds the memory of right log-ins.
const mostKnown = 4096

func newGate(accounts []Account) (*gate, error) {
	g := &gate{
		accounts: map[string]Account{}, hashing: make(chan struct{}, 2),
		known: map[[sha256.Size]byte]struct{}{},
	}
	for _, a := range accounts {
		if _, twice := g.accounts[a.Name]; twice {
			return nil, fmt.Errorf("account %q: there are two of that name", a.Name)
		}
		g.accounts[a.Name] = a
	}
	if _, err := rand.Read(g.salt[:]); err != nil {
		return nil, fmt.Errorf("draw a salt: %w", err)
	}
	return g, nil
}

// nobody is the hash of a password that nobody knows. It is compared where there
// is no account, so that a stranger cannot tell by the time it takes.
const nobody = "$2a$10$j/kOYtVKYk5AWBre9bZoaesmR6K8R/1P23SretmygnT9/UwkjVyuO"

// admit checks a log-in and returns what it gives a right to, nil for none.
func (g *gate) admit(user string, password []byte) *Rights {
	account, exists := g.accounts[user]
	hash := account.Hash
	if !exists {
		hash = nobody
	}
	if !g.correct(hash, password) || !exists {
		return nil
	}
	return &account.Rights
}

func (g *gate) correct(hash string, password []byte) bool {
	mark := g.mark(hash, password)
	g.mu.Lock()
	_, before := g.known[mark]
	g.mu.Unlock()
	if before {
		return true
	}
	g.hashing <- struct{}{}
	defer func() { <-g.hashing }()
	if bcrypt.CompareHashAndPassword([]byte(hash), password) != nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.known) >= mostKnown {
		clear(g.known)
	}
	g.known[mark] = struct{}{}
	return true
}

// mark stands for a hash and a password without telling either.
func (g *gate) mark(hash string, password []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(g.salt[:])
	h.Write([]byte(hash))
	h.Write(password)
	return [sha256.Size]byte(h.Sum(nil))
}
