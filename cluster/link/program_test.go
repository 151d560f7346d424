package link

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
)

func TestAProgramIsSignedForOneSiteOneCommandAndNothingElse(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := ProgramStatement{Site: "plant-7", Key: "k1", Digest: strings.Repeat("ab", 32), Size: 9, Version: "1.2.3", Platform: "linux/arm64", Policy: DefaultProgramPolicy()}
	signed, err := SignProgram(key, good)
	if err != nil {
		t.Fatal(err)
	}
	signers := []ed25519.PublicKey{public}
	if got, err := VerifyProgram(signed, signers, "plant-7", "k1"); err != nil || got != good {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := VerifyProgram(signed, signers, "plant-8", "k1"); !errors.Is(err, ErrOtherSite) {
		t.Errorf("another site: %v", err)
	}
	if _, err := VerifyProgram(signed, signers, "plant-7", "k2"); err == nil {
		t.Error("another command")
	}
	if _, err := VerifyProgram(signed, nil, "plant-7", "k1"); !errors.Is(err, ErrSigner) {
		t.Errorf("another signer: %v", err)
	}
	tampered := signed
	tampered.Statement = bytes.Replace(signed.Statement, []byte("1.2.3"), []byte("1.2.4"), 1)
	if _, err := VerifyProgram(tampered, signers, "plant-7", "k1"); !errors.Is(err, ErrSignature) {
		t.Errorf("tampered with: %v", err)
	}
	generation, err := SignStatement(key, Statement{Site: "plant-7"})
	if err != nil {
		t.Fatal(err)
	}
	as := Signed{generation.GetStatement(), generation.GetSignature(), generation.GetSigner()}
	if _, err := VerifyProgram(as, signers, "plant-7", ""); !errors.Is(err, ErrSignature) {
		t.Errorf("a generation taken for a program: %v", err)
	}
	for what, wrong := range map[string]ProgramStatement{
		"no digest": {Site: "plant-7", Size: 9, Version: "1", Policy: good.Policy}, "no times": {Site: "plant-7", Digest: good.Digest, Size: 9, Version: "1"},
		"too large": {Site: "plant-7", Digest: good.Digest, Size: MaxArtefact + 1, Version: "1", Policy: good.Policy},
	} {
		signed, err := SignProgram(key, wrong)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := VerifyProgram(signed, signers, "plant-7", ""); !errors.Is(err, errProgram) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
