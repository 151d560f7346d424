package channel

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"
)

// end is one end of a protected channel.
type end struct {
	certificate []byte
	key         *rsa.PrivateKey
}

func newEnd(t testing.TB, bits int) end {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return end{der, key}
}

func (e end) security(t testing.TB, policy string, mode ua.MessageSecurityMode, remote end) Security {
	t.Helper()
	s, err := Security{Policy: policy, Mode: mode, Certificate: e.certificate, Key: e.key, Remote: remote.certificate}.ready()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ciphers returns both directions' ciphers between two ends, by name.
func ciphers(t testing.TB, a, b end) map[string][2]cipher {
	t.Helper()
	all := map[string][2]cipher{"none": {}}
	nonce := bytes.Repeat([]byte{1}, 32)
	other := bytes.Repeat([]byte{2}, 32)
	for _, policy := range []string{ua.SecurityPolicyURIBasic256Sha256, ua.SecurityPolicyURIAes128Sha256RsaOaep, ua.SecurityPolicyURIAes256Sha256RsaPss} {
		for _, mode := range []ua.MessageSecurityMode{ua.MessageSecurityModeSign, ua.MessageSecurityModeSignAndEncrypt} {
			near, far := a.security(t, policy, mode, b), b.security(t, policy, mode, a)
			opening, err := newAsymmetric(near)
			if err != nil {
				t.Fatal(err)
			}
			opened, err := newAsymmetric(far)
			if err != nil {
				t.Fatal(err)
			}
			all["opening "+policy] = [2]cipher{opening, opened}
			out, err := newSymmetric(near, nonce, other)
			if err != nil {
				t.Fatal(err)
			}
			in, err := newSymmetric(far, other, nonce)
			if err != nil {
				t.Fatal(err)
			}
			all[mode.String()+policy] = [2]cipher{out, in}
		}
	}
	return all
}

// isAsymmetric reports whether a cipher is one of RSA, by its blocks.
func (c cipher) isAsymmetric() bool { return c.algorithm != nil && c.algorithm.BlockSize() > 16 }

func TestWhatIsSealedIsOpenedByTheOtherEnd(t *testing.T) {
	small, large := newEnd(t, 2048), newEnd(t, 3072)
	for _, ends := range [][2]end{{small, small}, {small, large}, {large, small}} {
		for name, c := range ciphers(t, ends[0], ends[1]) {
			step := 7
			if c[0].isAsymmetric() {
				step = 101 // which take their time
			}
			for n := 0; n < 600; n += step {
				begin := appendHeader(nil, message, final)
				plain := bytes.Repeat([]byte{byte(n)}, n+sequenceSize)
				frame, err := c[0].seal(append(begin[:len(begin):len(begin)], plain...), len(begin))
				if err != nil {
					t.Fatal(name, err)
				}
				if size := int(frame[4]) | int(frame[5])<<8 | int(frame[6])<<16; size != len(frame) {
					t.Fatalf("%s: the header says %d bytes of %d", name, size, len(frame))
				}
				got, err := c[1].open(frame, len(begin))
				if err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("%s: %d bytes became %d, %v", name, len(plain), len(got), err)
				}
			}
		}
	}
}

func TestAChangedFrameIsNotOpened(t *testing.T) {
	a := newEnd(t, 2048)
	for name, c := range ciphers(t, a, a) {
		if name == "none" {
			continue
		}
		frame, err := c[0].seal(append(appendHeader(nil, message, final), "what is sent"...), headerSize)
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		if c[0].isAsymmetric() {
			step = len(frame)/5 + 1
		}
		for i := 0; i < len(frame); i += step {
			changed := bytes.Clone(frame)
			changed[i] ^= 1
			if _, err := c[1].open(changed, headerSize); !errors.Is(err, errSeal) {
				t.Errorf("%s: changed at %d: %v", name, i, err)
			}
		}
		for n := headerSize; n < len(frame); n += step {
			if _, err := c[1].open(bytes.Clone(frame[:n]), headerSize); !errors.Is(err, errSeal) {
				t.Errorf("%s: cut at %d: %v", name, n, err)
			}
		}
	}
}

func TestAFullFrameIsNoLongerThanAgreed(t *testing.T) {
	a := newEnd(t, 2048)
	for name, c := range ciphers(t, a, a) {
		for limit := leastFrame; limit < leastFrame+64; limit++ {
			room := c[0].room(limit, symmetricHeader)
			frame, err := c[0].seal(make([]byte, symmetricHeader+sequenceSize+room, 2*limit), symmetricHeader)
			if err != nil || len(frame) > limit {
				t.Fatalf("%s: %d bytes where %d were agreed, %v", name, len(frame), limit, err)
			}
		}
	}
}

func TestPaddingThatIsLongerThanTheFrameIsRefused(t *testing.T) {
	for _, plain := range [][]byte{nil, {5}, {0xFF, 0xFF}} {
		for _, sizes := range []int{1, 2} {
			if _, err := unpadded(plain, sizes); !errors.Is(err, errSeal) {
				t.Errorf("% x with %d: %v", plain, sizes, err)
			}
		}
	}
}

func TestSequenceNumbersWrapAsTheStandardHasIt(t *testing.T) {
	for _, s := range []struct {
		before, n uint32
		may       bool
	}{
		{1, 2, true},
		{1, 1, false},
		{1, 3, false},
		{5, 4, false},
		{lastSequence, 1, true},
		{lastSequence, 1023, true},
		{lastSequence, 1024, false},
		{1<<32 - 1, 0, true},
		{1000, 1, false},
	} {
		if follows(s.before, s.n) != s.may {
			t.Errorf("%d behind %d: %v", s.n, s.before, !s.may)
		}
	}
	if following(lastSequence) != 1 || following(7) != 8 {
		t.Error("our own numbers do not wrap")
	}
}

func TestExpiredKeysAreForgottenAndTheOthersBounded(t *testing.T) {
	now := time.Now()
	var tokens []*token
	for i := range uint32(20) {
		tokens = renewed(tokens, &token{id: i, expires: now.Add(time.Hour)}, now)
	}
	if len(tokens) != maxTokens || tokens[0].id != 19 {
		t.Errorf("%d tokens, the newest %d", len(tokens), tokens[0].id)
	}
	if tokens = renewed(tokens, &token{id: 20}, now.Add(2*time.Hour)); len(tokens) != 1 {
		t.Errorf("%d tokens after an hour", len(tokens))
	}
}

func TestAMessageThatDoesNotEndIsGivenUp(t *testing.T) {
	a := newAssembly()
	part := make([]byte, 60_000)
	for i := 0; ; i++ {
		_, complete, err := a.add(1, intermediate, part)
		if complete || i > messageLimit/len(part)+1 {
			t.Fatalf("after %d parts: %v", i, complete)
		}
		if err != nil {
			break
		}
	}
	b := newAssembly()
	var err error
	for range chunkLimit + 1 {
		_, _, err = b.add(1, intermediate, nil)
	}
	if !errors.Is(err, errFrame) {
		t.Errorf("%d empty parts: %v", chunkLimit+1, err)
	}
}

func TestWhatIsNotACertificateIsNoKey(t *testing.T) {
	if _, err := PublicKey([]byte("no certificate")); err == nil {
		t.Error("no error")
	}
	if got := Leaf([]byte("no certificate")); string(got) != "no certificate" {
		t.Errorf("%q", got)
	}
	a, b := newEnd(t, 2048), newEnd(t, 2048)
	if !bytes.Equal(Leaf(append(bytes.Clone(a.certificate), b.certificate...)), a.certificate) {
		t.Error("the first of a chain is not its leaf")
	}
	if _, err := (Security{Mode: ua.MessageSecurityModeSign, Remote: a.certificate}).ready(); err == nil {
		t.Error("a secure channel without a key")
	}
}

func TestAnAnswerFromAnotherServerIsRefused(t *testing.T) {
	a, b, c := newEnd(t, 2048), newEnd(t, 2048), newEnd(t, 2048)
	s := a.security(t, ua.SecurityPolicyURIBasic256Sha256, ua.MessageSecurityModeSign, b)
	for name, header := range map[string][]byte{
		"another server": c.security(t, s.Policy, s.Mode, a).appendSecurityHeader(nil),
		"another policy": b.security(t, ua.SecurityPolicyURIAes256Sha256RsaPss, s.Mode, a).appendSecurityHeader(nil),
		"no security":    Insecure().appendSecurityHeader(nil),
	} {
		if err := s.check(&cursor{rest: header}); !errors.Is(err, errSeal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.check(&cursor{rest: b.security(t, s.Policy, s.Mode, a).appendSecurityHeader(nil)}); err != nil {
		t.Error(err)
	}
}

func TestAShortMessageThatSaysItIsLongIsRefused(t *testing.T) {
	valid := encoded(t, &ua.WriteResponse{ResponseHeader: good()})
	long := bytes.Clone(valid)
	copy(long[len(long)-8:], []byte{0xFF, 0xFF, 0xFF, 0x61}) // how many results there are
	variant := func(tail ...byte) []byte {
		response := encoded(t, &ua.ReadResponse{ResponseHeader: good(), Results: []*ua.DataValue{{EncodingMask: ua.DataValueValue, Value: ua.MustVariant(true)}}})
		return append(response[:len(response)-6], tail...)
	}
	for name, body := range map[string][]byte{
		"many results":           long,
		"a negative array":       variant(0x81, 0xFE, 0xFF, 0xFF, 0xFF),
		"a long array":           variant(0x81, 0xFF, 0xFF, 0, 0, 1),
		"dimensions of nothing":  variant(0xC6, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0),
		"too many dimensions":    variant(0xC6, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F),
		"dimensions that differ": variant(0xC3, 1, 0, 0, 0, 9, 1, 0, 0, 0, 2, 0, 0, 0),
		"values within values":   variant(bytes.Repeat([]byte{byte(ua.TypeIDVariant)}, 1000)...),
		"no type":                variant(0x3F),
		"another response":       encoded(t, &ua.CallResponse{ResponseHeader: good()}),
		"a request":              encoded(t, &ua.ReadRequest{}),
		"nothing":                nil,
	} {
		if _, err := read(body); !errors.Is(err, errForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
