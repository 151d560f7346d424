// Package audit is the record of who did what to a cloud, from the first command on: append-only, and chained, so that a
// record that is changed or missing later shows.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/blob"
)

// Record is one thing that somebody did, or tried.
type Record struct {
	Time     time.Time `json:"time"`
	Member   string    `json:"member"`
	Sequence uint64    `json:"sequence"` // of the member's chain, from 1 on
	Previous string    `json:"previous"` // SHA-256 of the record before it in the chain
	Who      string    `json:"who"`
	What     string    `json:"what"`   // a verb: apply, restart, join, refuse …
	Target   string    `json:"target"` // a site, or a part of it
	Result   string    `json:"result"` // asked, done, refused, failed, unknown
	Detail   string    `json:"detail,omitempty"`
}

// Log writes the records of one start of a member. It may be used concurrently.
type Log struct {
	store  blob.Store
	member string
	chain  string // tells this start's chain from others
	now    func() time.Time

	mu       sync.Mutex
	sequence uint64
	previous string
}

// New begins a chain.
func New(store blob.Store, member string, now func() time.Time) *Log {
	return &Log{store: store, member: member, chain: now().UTC().Format("20060102T150405.000000000"), now: now}
}

// Write keeps a record for good before it returns. Time, member, sequence and previous are set here.
func (l *Log) Write(ctx context.Context, r Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Time, r.Member, r.Sequence, r.Previous = l.now().UTC(), l.member, l.sequence+1, l.previous
	octets, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the audit record: %w", err)
	}
	key := fmt.Sprintf("%s%s/%s-%s-%012d.json", prefix, r.Time.Format("2006-01-02"), l.member, l.chain, r.Sequence)
	if err := l.store.Put(ctx, key, octets); err != nil {
		return fmt.Errorf("write the audit record: %w", err)
	}
	l.sequence, l.previous = r.Sequence, digest(octets)
	return nil
}

const prefix = "audit/"

func digest(octets []byte) string {
	sum := sha256.Sum256(octets)
	return hex.EncodeToString(sum[:])
}
