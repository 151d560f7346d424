package link_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// FuzzVerifyStatement has the signer sign what is no statement, since nothing else comes as far as being read.
func FuzzVerifyStatement(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	signers := []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}
	good, err := link.SignStatement(key, link.Statement{Site: "plant-7"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good.GetStatement(), true)
	f.Add(good.GetStatement(), false)
	f.Add([]byte(`{"site":"plant-8"}`), true)
	f.Fuzz(func(t *testing.T, statement []byte, signed bool) {
		d := &wire.Desired{Statement: statement, Signature: good.GetSignature(), Signer: signers[0]}
		if signed {
			d.Signature = ed25519.Sign(key, append([]byte("holdfast generation 1\n"), statement...))
		}
		s, err := link.VerifyStatement(d, signers, "plant-7")
		if err == nil && s.Site != "plant-7" {
			t.Fatalf("%s is believed as %+v", statement, s)
		}
		if err == nil && !signed && !bytes.Equal(statement, good.GetStatement()) {
			t.Fatalf("%s is believed and was not signed", statement)
		}
	})
}
