// Package access is who may do what at a cloud: API tokens with a role and a scope of sites. A token is told once; its hash
// is kept.
package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
)

// Role is what somebody may do. Each includes the ones before it.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // look
	Operator Role = "operator" // and command: restart, start, stop, write
	Engineer Role = "engineer" // and say what sites run
	Admin    Role = "admin"    // and who sites and people are
)

func (r Role) rank() int {
	for i, known := range []Role{Viewer, Operator, Engineer, Admin} {
		if r == known {
			return i + 1
		}
	}
	return 0
}

// Principal is somebody who was recognised.
type Principal struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    Role      `json:"role" enum:"viewer,operator,engineer,admin"`
	Sites   string    `json:"sites,omitempty" doc:"Selector of the sites that the role is for; empty: all."`
	Created time.Time `json:"created"`
	By      string    `json:"by"`
	Expires time.Time `json:"expires,omitzero"`
}

// What callers branch on.
var (
	ErrNobody    = errors.New("no token that is known: send one as Authorization: Bearer")
	ErrForbidden = errors.New("the token's role or scope does not allow that")
)

// May says why a principal may not act with a role at a site; nil where it may. A site without a name is the cloud itself,
// which only a token for all sites may act on.
func (p Principal) May(role Role, site string, labels map[string]string) error {
	if p.Role.rank() < role.rank() {
		return fmt.Errorf("%w: %s is %s, this asks for %s", ErrForbidden, p.Name, p.Role, role)
	}
	if p.Sites == "" {
		return nil
	}
	selector, err := ParseSelector(p.Sites)
	if err != nil || site == "" || !selector.Matches(site, labels) {
		return fmt.Errorf("%w: %s is %s for %s only", ErrForbidden, p.Name, p.Role, p.Sites)
	}
	return nil
}

const prefix = "/holdfast/access/"

// kept is a token as it is in the store.
type kept struct {
	Principal

	Digest []byte `json:"digest"`
}

// Keys is the tokens of a cloud. It may be used concurrently.
type Keys struct {
	store kv.Store
	now   func() time.Time
}

// NewKeys returns the tokens in a store.
func NewKeys(store kv.Store, now func() time.Time) *Keys { return &Keys{store, now} }

const tokenPrefix = "hfa1"

// New makes a token for somebody, and tells it this once.
func (k *Keys) New(ctx context.Context, p Principal) (token string, made Principal, err error) {
	if p.Role.rank() == 0 {
		return "", p, fmt.Errorf("%q is no role: want viewer, operator, engineer or admin", link.Cut(string(p.Role)))
	}
	if _, err := ParseSelector(p.Sites); err != nil {
		return "", p, err
	}
	if p.Name == "" || len(p.Name) > 100 {
		return "", p, errors.New("a token has a name of 1 to 100 characters, for the audit log")
	}
	var id [6]byte
	var secret [24]byte
	rand.Read(id[:]) // never fails
	rand.Read(secret[:])
	p.ID, p.Created = base64.RawURLEncoding.EncodeToString(id[:]), k.now().UTC()
	digest := sha256.Sum256(secret[:])
	_, err = k.store.Commit(ctx, kv.Txn{Put: []kv.Put{{Key: prefix + p.ID, Value: kv.Encode(kept{p, digest[:]})}}})
	return tokenPrefix + "." + p.ID + "." + base64.RawURLEncoding.EncodeToString(secret[:]), p, err
}

// Recognise returns who a token is, or ErrNobody.
func (k *Keys) Recognise(ctx context.Context, token string) (Principal, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || parts[0] != tokenPrefix || len(parts[1]) != 8 || strings.Contains(parts[1], "/") {
		return Principal{}, ErrNobody
	}
	secret, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return Principal{}, ErrNobody
	}
	there, _, err := kv.Load[kept](ctx, k.store, prefix+parts[1])
	if errors.Is(err, kv.ErrNotFound) {
		return Principal{}, ErrNobody
	}
	if err != nil {
		return Principal{}, err
	}
	digest := sha256.Sum256(secret)
	expired := !there.Expires.IsZero() && k.now().After(there.Expires)
	if subtle.ConstantTimeCompare(digest[:], there.Digest) != 1 || expired {
		return Principal{}, ErrNobody
	}
	return there.Principal, nil
}

// List returns who has tokens.
func (k *Keys) List(ctx context.Context) (list []Principal, err error) {
	all, _, err := kv.LoadAll[kept](ctx, k.store, prefix)
	for _, t := range all {
		list = append(list, t.Principal)
	}
	return list, err
}

// Remove ends a token.
func (k *Keys) Remove(ctx context.Context, id string) error {
	_, err := k.store.Commit(ctx, kv.Txn{Delete: []string{prefix + id}})
	return err
}
