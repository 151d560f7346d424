package channel

import (
	"errors"

	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uapolicy"
)

// errSeal says that a chunk was not made with the keys that were agreed upon.
var errSeal = errors.New("the signature or encryption of a frame is wrong")

// cipher protects the chunks of one direction pair: the asymmetric one those that open a channel, the symmetric one of
// a token all others. The zero cipher protects nothing.
type cipher struct {
	algorithm *uapolicy.EncryptionAlgorithm
	encrypts  bool
}

// newAsymmetric returns the cipher of OPN chunks, which are always encrypted where there is security at all (§6.7.4).
func newAsymmetric(s Security) (cipher, error) {
	if s.Mode == ua.MessageSecurityModeNone {
		return cipher{}, nil
	}
	algorithm, err := uapolicy.Asymmetric(s.Policy, s.Key, s.remoteKey)
	return cipher{algorithm, true}, err
}

// newSymmetric returns the cipher whose keys are made of both nonces (§6.7.5).
func newSymmetric(s Security, local, remote []byte) (cipher, error) {
	if s.Mode == ua.MessageSecurityModeNone {
		return cipher{}, nil
	}
	algorithm, err := uapolicy.Symmetric(s.Policy, local, remote)
	return cipher{algorithm, s.Mode == ua.MessageSecurityModeSignAndEncrypt}, err
}

// paddingSizes is the bytes that count the padding: two where the receiver's key is longer than 2048 bits (§6.7.2.5).
func paddingSizes(signatureLength int) int {
	if signatureLength > 256 {
		return 2
	}
	return 1
}

// seal completes a frame of which everything from from on is to be kept secret: padding, size, signature, encryption.
func (c cipher) seal(frame []byte, from int) ([]byte, error) {
	if c.algorithm == nil {
		setSize(frame, len(frame))
		return frame, nil
	}
	a, size := c.algorithm, len(frame)+c.algorithm.SignatureLength()
	if c.encrypts {
		frame = c.pad(frame, from)
		plain := len(frame) - from + a.SignatureLength()
		size = from + plain/a.PlaintextBlockSize()*a.BlockSize()
	}
	setSize(frame, size)
	signature, err := a.Signature(frame)
	if err != nil {
		return nil, err
	}
	frame = append(frame, signature...)
	if !c.encrypts {
		return frame, nil
	}
	secret, err := a.Encrypt(frame[from:])
	if err != nil {
		return nil, err
	}
	return append(frame[:from], secret...), nil
}

// pad fills the frame up, so that with its signature it is a whole number of blocks.
func (c cipher) pad(frame []byte, from int) []byte {
	sizes, block := paddingSizes(c.algorithm.RemoteSignatureLength()), c.algorithm.PlaintextBlockSize()
	used := len(frame) - from + sizes + c.algorithm.SignatureLength()
	padding := (block - used%block) % block
	for range padding + 1 {
		frame = append(frame, byte(padding))
	}
	if sizes == 2 {
		frame = append(frame, byte(padding>>8))
	}
	return frame
}

// open verifies a frame, and returns what was from from on, decrypted and without padding. It may use the frame's memory.
func (c cipher) open(frame []byte, from int) ([]byte, error) {
	if c.algorithm == nil {
		return frame[from:], nil
	}
	if c.encrypts {
		plain, err := c.algorithm.Decrypt(frame[from:])
		if err != nil {
			return nil, errSeal
		}
		frame = append(frame[:from], plain...)
	}
	end := len(frame) - c.algorithm.RemoteSignatureLength()
	if end < from || c.algorithm.VerifySignature(frame[:end], frame[end:]) != nil {
		return nil, errSeal
	}
	if !c.encrypts {
		return frame[from:end], nil
	}
	return unpadded(frame[from:end], paddingSizes(c.algorithm.SignatureLength()))
}

// unpadded takes the padding off, whose size is in its last byte or, with the higher one last, in two.
func unpadded(plain []byte, sizes int) ([]byte, error) {
	n := len(plain)
	if n < sizes {
		return nil, errSeal
	}
	padding := int(plain[n-1])
	if sizes == 2 {
		padding = padding<<8 | int(plain[n-2])
	}
	if n -= padding + sizes; n < 0 {
		return nil, errSeal
	}
	return plain[:n], nil
}

// room returns how many bytes of a message fit into a frame of at most limit bytes, of which the first from are in
// the clear.
func (c cipher) room(limit, from int) int {
	if c.algorithm == nil {
		return limit - from - sequenceSize
	}
	overhead := sequenceSize + c.algorithm.SignatureLength()
	if !c.encrypts {
		return limit - from - overhead
	}
	blocks := (limit - from) / c.algorithm.BlockSize()
	return blocks*c.algorithm.PlaintextBlockSize() - overhead - paddingSizes(c.algorithm.RemoteSignatureLength())
}
