package access

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// Wrong passwords that one place may send at once, and how long it takes until
// it may send one more.
const (
	attempts     = 5
	attemptEvery = 10 * time.Second
)

// maxPlaces bounds the memory that strangers can make us use. When it is
// reached, the place with most attempts left is forgotten: it loses least.
const maxPlaces = 1024

// Limiter counts wrong passwords by where they come from. May be used
// concurrently.
type Limiter struct {
	mu     sync.Mutex
	places map[netip.Prefix]*bucket
}

// bucket holds the attempts that are left, as of a time.
type bucket struct {
	left float64
	at   time.Time
}

// NewLimiter returns one that has seen nothing.
func NewLimiter() *Limiter { return &Limiter{places: map[netip.Prefix]*bucket{}} }

// Take spends an attempt of the place, and reports how long to wait where it
// has none left. An attempt is spent before the password is looked at, so that
// many at once are many.
func (l *Limiter) Take(place netip.Prefix, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.bucket(place, now)
	if b.left < 1 {
		return time.Duration((1 - b.left) * float64(attemptEvery)), false
	}
	b.left--
	return 0, true
}

// Forgive forgets the attempts of a place that knew the password.
func (l *Limiter) Forgive(place netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.places, place)
}

func (l *Limiter) bucket(place netip.Prefix, now time.Time) *bucket {
	b, ok := l.places[place]
	if !ok {
		l.makeRoom(now)
		b = &bucket{left: attempts, at: now}
		l.places[place] = b
	}
	b.fill(now)
	return b
}

func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(attempts, b.left+float64(passed)/float64(attemptEvery))
		b.at = now
	}
}

func (l *Limiter) makeRoom(now time.Time) {
	if len(l.places) < maxPlaces {
		return
	}
	var fullest netip.Prefix
	most := -1.0
	for place, b := range l.places {
		if b.fill(now); b.left > most {
			fullest, most = place, b.left
		}
	}
	delete(l.places, fullest)
}

// Place returns what a remote address counts as: itself, or its /64 in IPv6,
// of which a subscriber has all.
func Place(remote string) netip.Prefix {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	place, err := ip.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return place
}
