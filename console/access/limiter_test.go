package access_test

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/holdfast-edge/holdfast/console/access"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func place(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 32)
}

func TestAPlaceMayBeWrongAFewTimesAndThenSlowly(t *testing.T) {
	l := access.NewLimiter()
	allowed := 0
	for range 20 {
		if _, ok := l.Take(place(1), noon); ok {
			allowed++
		}
	}
	if allowed != 5 {
		t.Errorf("%d attempts at once", allowed)
	}
	wait, ok := l.Take(place(1), noon)
	if ok || wait <= 0 || wait > 10*time.Second {
		t.Errorf("wait %v, %v", wait, ok)
	}
	if _, ok := l.Take(place(1), noon.Add(wait)); !ok {
		t.Error("it waited as told, and was refused")
	}
	if _, ok := l.Take(place(2), noon); !ok {
		t.Error("another place pays for it")
	}
}

func TestWhoKnowsThePasswordIsForgiven(t *testing.T) {
	l := access.NewLimiter()
	for range 5 {
		l.Take(place(1), noon)
	}
	l.Forgive(place(1))
	if _, ok := l.Take(place(1), noon); !ok {
		t.Error("still refused")
	}
}

func TestManyPlacesDoNotFreeTheOneThatTriesMost(t *testing.T) {
	l := access.NewLimiter()
	for range 5 {
		l.Take(place(0), noon)
	}
	for i := 1; i < 5000; i++ {
		l.Take(place(i), noon)
	}
	if _, ok := l.Take(place(0), noon); ok {
		t.Error("the place was forgotten for those that tried once")
	}
}

func TestNoPlaceGetsMoreAttemptsThanItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, now, latest, allowed := access.NewLimiter(), noon, noon, 0
		l.Take(place(1), noon)
		for range rapid.IntRange(1, 200).Draw(t, "attempts") {
			now = now.Add(time.Duration(rapid.IntRange(-1000, 5000).Draw(t, "ms")) * time.Millisecond)
			if now.After(latest) {
				latest = now // a clock that steps back gives nothing
			}
			if _, ok := l.Take(place(1), now); ok {
				allowed++
			}
		}
		if passed := latest.Sub(noon); allowed > 4+int(passed/(10*time.Second)) {
			t.Fatalf("%d attempts in %v", allowed, passed)
		}
	})
}

func TestAPlaceIsAnAddressOrAnIPv6Network(t *testing.T) {
	for remote, want := range map[string]string{
		"10.0.0.7:5555": "10.0.0.7/32", "[2001:db8::1]:80": "2001:db8::/64", "[2001:db8::2]:81": "2001:db8::/64",
		"[::ffff:10.0.0.7]:80": "10.0.0.7/32", "[fe80::1%eth0]:80": "fe80::/64", "10.0.0.8": "10.0.0.8/32",
		"pipe": "invalid Prefix", "": "invalid Prefix",
	} {
		if got := access.Place(remote).String(); got != want {
			t.Errorf("%q is %s, want %s", remote, got, want)
		}
	}
}
