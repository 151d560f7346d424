package link_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
)

func TestVersionsAgreeOnTheHighestThatBothSpeak(t *testing.T) {
	for name, c := range map[string]struct {
		a, b link.Versions
		want uint32
	}{
		"the same":        {link.Versions{Oldest: 1, Newest: 2}, link.Versions{Oldest: 1, Newest: 2}, 2},
		"one apart":       {link.Versions{Oldest: 1, Newest: 2}, link.Versions{Oldest: 2, Newest: 3}, 2},
		"two apart":       {link.Versions{Oldest: 1, Newest: 2}, link.Versions{Oldest: 3, Newest: 4}, 0},
		"nothing is said": {link.Versions{Oldest: 1, Newest: 2}, link.Versions{}, 0},
	} {
		for _, way := range []func() (uint32, error){func() (uint32, error) { return c.a.Agree(c.b) }, func() (uint32, error) { return c.b.Agree(c.a) }} {
			if got, err := way(); got != c.want || (err == nil) != (c.want > 0) {
				t.Errorf("%s: %d, %v", name, got, err)
			}
		}
	}
}

func TestATokenReadsBack(t *testing.T) {
	token := link.NewToken([]byte("a certificate"))
	got, err := link.ParseToken(" " + token.String() + "\n")
	if err != nil || got != token {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "hf1", token.String()[1:], token.String() + ".x", strings.Replace(token.String(), "hf1.", "hf2.", 1), token.String()[:len(token.String())-1]} {
		if _, err := link.ParseToken(bad); !errors.Is(err, link.ErrToken) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add(link.NewToken(nil).String())
	f.Fuzz(func(t *testing.T, text string) {
		token, err := link.ParseToken(text)
		if err == nil && token.String() != strings.TrimSpace(text) {
			t.Errorf("%q reads as %q", text, token.String())
		}
	})
}

func TestAStatementIsBelievedOnlyAsItWasSigned(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	said := link.Statement{Site: "plant-7", Generation: 4, Digest: link.Digest(nil), Issued: time.Unix(1, 0).UTC(), By: "anna", Policy: link.DefaultPolicy()}
	d, err := link.SignStatement(key, said)
	if err != nil {
		t.Fatal(err)
	}
	signers := []ed25519.PublicKey{other, public}
	if got, err := link.VerifyStatement(d, signers, "plant-7"); err != nil || got != said {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := link.VerifyStatement(d, signers, "plant-8"); !errors.Is(err, link.ErrOtherSite) {
		t.Errorf("for another site: %v", err)
	}
	if _, err := link.VerifyStatement(d, signers[:1], "plant-7"); !errors.Is(err, link.ErrSigner) {
		t.Errorf("of an unknown signer: %v", err)
	}
	for i := range d.Statement {
		d.Statement[i] ^= 1
		if _, err := link.VerifyStatement(d, signers, "plant-7"); !errors.Is(err, link.ErrSignature) {
			t.Fatalf("with octet %d changed: %v", i, err)
		}
		d.Statement[i] ^= 1
	}
}

func TestABundleIsTheSameForTheSameFiles(t *testing.T) {
	a, err := link.EncodeBundle([]link.File{{Name: "b.yaml", Data: "x: 1\n"}, {Name: "a.yaml", Data: "<>"}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := link.DecodeBundle(a)
	if err != nil || len(files) != 2 || files[0] != (link.File{Name: "a.yaml", Data: "<>"}) {
		t.Fatalf("got %v, %v", files, err)
	}
	b, err := link.EncodeBundle(files)
	if err != nil || link.Digest(a) != link.Digest(b) {
		t.Errorf("%s became %s, %v", a, b, err)
	}
}

func TestABundleHasNoFileOutsideOfItself(t *testing.T) {
	for _, name := range []string{"", "../x", "/etc/passwd", "a\\b", ".hidden", "a\x00"} {
		if _, err := link.EncodeBundle([]link.File{{Name: name}}); !errors.Is(err, link.ErrBundle) {
			t.Errorf("the name %q: %v", name, err)
		}
	}
	if _, err := link.EncodeBundle([]link.File{{Name: "a"}, {Name: "a"}}); !errors.Is(err, link.ErrBundle) {
		t.Errorf("a name twice: %v", err)
	}
}

func FuzzDecodeBundle(f *testing.F) {
	f.Add([]byte(`[{"name":"site.yaml","data":"site: plant-7\n"}]`))
	f.Fuzz(func(t *testing.T, octets []byte) {
		files, err := link.DecodeBundle(octets)
		if err != nil {
			return
		}
		if _, err := link.EncodeBundle(files); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func TestRedialsAreSpreadFromTheFirstOn(t *testing.T) {
	var r link.Redial
	if a, b := r.Wait(0, 0), r.Wait(0.999, 0); a != 0 || b < 3*time.Second {
		t.Errorf("the first waits are %s and %s", a, b)
	}
	for range 100 {
		if w := r.Wait(0.999, 0); w > link.RedialMost {
			t.Fatalf("a wait of %s", w)
		}
	}
	r.Connected()
	if w := r.Wait(0.5, 10*time.Second); w < 10*time.Second || w > 20*time.Second {
		t.Errorf("a wait of %s, where 10 s were asked for", w)
	}
}

func TestNamesThatCouldBePathsAreRefused(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "-a", strings.Repeat("x", 64), "a b", "ä"} {
		if link.CheckName(name) == nil {
			t.Errorf("%q is taken", name)
		}
	}
	if err := link.CheckName("plant-7.hall_2"); err != nil {
		t.Error(err)
	}
}
