package artefacts_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/holdfast-edge/holdfast/store/artefacts"
)

// octets are those of an artefact, and its reference.
func octets(seed byte, size int) ([]byte, artefacts.Reference) {
	all := bytes.Repeat([]byte{seed, 1, 2, 3, seed}, size/5+1)[:size]
	sum := sha256.Sum256(all)
	return all, artefacts.Reference{Digest: hex.EncodeToString(sum[:]), Size: int64(size)}
}

// giving sends octets, in portions.
func giving(all []byte) artefacts.Source {
	return func(_ context.Context, _ artefacts.Reference, offset int64, w io.Writer) error {
		for rest := all[offset:]; len(rest) > 0; {
			n, err := w.Write(rest[:min(len(rest), 1000)])
			if err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	}
}

func TestAFetchThatIsCutGoesOnWhereItEnded(t *testing.T) {
	s := artefacts.Open(artefacts.Options{Dir: filepath.Join(t.TempDir(), "a"), Most: 1 << 20})
	all, r := octets(7, 10_000)
	cut := errors.New("cut")
	err := s.Fetch(t.Context(), r, func(ctx context.Context, r artefacts.Reference, offset int64, w io.Writer) error {
		return errors.Join(giving(all[:6000])(ctx, r, offset, w), cut)
	}, nil)
	if _, here := s.Path(r.Digest); here || !errors.Is(err, cut) {
		t.Fatalf("half of it is here: %t, %v", here, err)
	}
	var from int64
	err = s.Fetch(t.Context(), r, func(ctx context.Context, r artefacts.Reference, offset int64, w io.Writer) error {
		from = offset
		return giving(all)(ctx, r, offset, w)
	}, nil)
	path, here := s.Path(r.Digest)
	if err != nil || !here || from != 6000 {
		t.Fatalf("it went on at %d: %v", from, err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, all) {
		t.Errorf("other octets are here: %v", err)
	}
	if err := artefacts.Verify(path, r.Digest); err != nil {
		t.Error(err)
	}
}

func TestOctetsOfAnotherDigestAreNeverHere(t *testing.T) {
	dir := t.TempDir()
	s := artefacts.Open(artefacts.Options{Dir: dir, Most: 1 << 20})
	all, r := octets(7, 10_000)
	wrong := bytes.Clone(all)
	wrong[5000] ^= 1
	for what, given := range map[string][]byte{"one bit": wrong, "more": append(bytes.Clone(all), 0)} {
		if err := s.Fetch(t.Context(), r, giving(given), nil); !errors.Is(err, artefacts.ErrDigest) {
			t.Errorf("%s: %v", what, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: %v is left, %v", what, left, err)
		}
	}
	if err := s.Fetch(t.Context(), r, giving(all[:9999]), nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("one octet less: %v", err)
	}
	if err := s.Fetch(t.Context(), artefacts.Reference{Digest: "../state/state.db", Size: 1}, giving(all), nil); !errors.Is(err, artefacts.ErrDigits) {
		t.Errorf("a path as a digest: %v", err)
	}
	if _, here := s.Path("../" + filepath.Base(dir)); here {
		t.Error("a path is taken for a digest")
	}
}

func TestWhatNobodyNeedsMakesRoomTheOldestFirst(t *testing.T) {
	s := artefacts.Open(artefacts.Options{Dir: t.TempDir(), Most: 3000})
	var refs []artefacts.Reference
	fetch := func(seed byte, kept map[string]bool) error {
		all, r := octets(seed, 1000)
		refs = append(refs, r)
		return s.Fetch(t.Context(), r, giving(all), kept)
	}
	for seed := range byte(3) {
		if err := fetch(seed, nil); err != nil {
			t.Fatal(err)
		}
	}
	kept := map[string]bool{refs[0].Digest: true}
	release := s.Need(refs[1:2])
	if err := fetch(3, kept); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, false, true} {
		if _, here := s.Path(refs[i].Digest); here != want {
			t.Errorf("artefact %d is here: %t", i, here)
		}
	}
	kept[refs[3].Digest] = true
	if err := fetch(4, kept); !errors.Is(err, artefacts.ErrRoom) {
		t.Errorf("all that is here is needed: %v", err)
	}
	release()
	if n, err := s.Collect(func() (map[string]bool, error) { return kept, nil }); err != nil || n != 1 {
		t.Errorf("%d were collected, %v", n, err)
	}
	if err := fetch(4, kept); err != nil {
		t.Error(err)
	}
}

func TestADiskThatIsAlmostFullIsNotFilled(t *testing.T) {
	dir := t.TempDir()
	s := artefacts.Open(artefacts.Options{Dir: dir, Most: 1 << 20, Free: func(string) (int64, error) { return 16<<20 + 9_999, nil }})
	all, r := octets(7, 10_000)
	if err := s.Fetch(t.Context(), r, giving(all), nil); !errors.Is(err, artefacts.ErrRoom) {
		t.Errorf("got %v", err)
	}
	full := func(context.Context, artefacts.Reference, int64, io.Writer) error { return syscall.ENOSPC }
	s = artefacts.Open(artefacts.Options{Dir: dir, Most: 1 << 20})
	if err := s.Fetch(t.Context(), r, full, nil); !errors.Is(err, artefacts.ErrRoom) {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
