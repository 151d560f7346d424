package link

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
)

// proofContext separates these signatures from any other use of the key.
const proofContext = "holdfast renewal 1\n"

// Prove signs a certificate request with the key of the certificate that it is to replace.
func Prove(key *ecdsa.PrivateKey, request []byte) ([]byte, error) {
	sum := sha256.Sum256(append([]byte(proofContext), request...))
	return ecdsa.SignASN1(rand.Reader, key, sum[:])
}

// VerifyProof tells whether the holder of a key has signed a request.
func VerifyProof(key *ecdsa.PublicKey, request, proof []byte) bool {
	sum := sha256.Sum256(append([]byte(proofContext), request...))
	return ecdsa.VerifyASN1(key, sum[:], proof)
}
