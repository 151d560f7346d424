package state_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/state"
)

// lived makes a directory with what a node has in it after a while, and returns the file of the state.
func lived(t *testing.T, dir string) string {
	t.Helper()
	s := open(t, dir)
	for n := range 5 {
		g := accept(t, s, "site: a"+strings.Repeat(strconv.Itoa(n), 3000*n))
		if err := errors.Join(s.Run(g.Number), s.Confirm(g.Number)); err != nil {
			t.Fatal(err)
		}
		if err := s.Put("space", "key"+strconv.Itoa(n), []byte(strings.Repeat("document ", n))); err != nil {
			t.Fatal(err)
		}
		if _, err := s.BeginBoot(time.Unix(int64(n), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "state.db")
}

// TestDamageIsToldAndNeverBelieved flips bits at random: whatever happens, the state opens, what it gives out is what was put
// in, and what is missing was told.
func TestDamageIsToldAndNeverBelieved(t *testing.T) {
	dir := t.TempDir()
	path := lived(t, dir)
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	told := 0
	for round := range 80 {
		if err := os.WriteFile(path, damage(random, image), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := state.Open(state.Options{Dir: dir})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		all, err := s.Generations()
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range all {
			document, err := s.Configuration(g.Number)
			if err != nil || !bytes.HasPrefix(document, []byte("site: a")) || state.DigestOf(document) != g.Digest {
				t.Fatalf("round %d: generation %d is %.40q, %v", round, g.Number, document, err)
			}
		}
		_, failed := s.Running()
		if (len(all) < 5 || failed != nil) && len(s.Damage()) == 0 {
			t.Errorf("round %d: %d generations, %v, and nothing was told", round, len(all), failed)
		}
		if len(s.Damage()) > 0 {
			told++
		}
		g, err := s.Spare(time.Unix(9, 0))
		if spare := document(t, s, g.Number); err != nil || !strings.HasPrefix(spare, "site: a444") {
			t.Errorf("round %d: the spare is %.40q, %v", round, spare, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if told < 15 {
		t.Errorf("damage was told %d times", told)
	}
}

// damage returns an image with some bits flipped, cut, or with a page of zeros or of another place.
func damage(random *rand.Rand, image []byte) []byte {
	const page = 4096
	image = bytes.Clone(image)
	at := random.IntN(len(image)/page) * page
	switch random.IntN(5) {
	case 0:
		return image[:random.IntN(len(image))]
	case 1:
		clear(image[at : at+page])
	case 2:
		from := random.IntN(len(image)/page) * page
		copy(image[at:at+page/2], image[from:])
	default:
		for range 1 + random.IntN(20) {
			image[random.IntN(len(image))] ^= 1 << random.IntN(8)
		}
	}
	return image
}

func TestASpareThatIsDamagedIsNone(t *testing.T) {
	dir := t.TempDir()
	lived(t, dir)
	path := filepath.Join(dir, "confirmed.spare")
	spare, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spare[10] ^= 1
	if err := os.WriteFile(path, spare, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	if _, err := s.Spare(time.Unix(9, 0)); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
