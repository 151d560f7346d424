package opcua

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/gopcua/opcua/ua"
	"github.com/gopcua/opcua/uapolicy"

	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/protocols/opcua/pki"
)

// application names this client where it has no certificate that does.
const application = "urn:holdfast"

// own returns the node's certificate; none where nothing is protected and none is given.
func (o *EndpointOptions) own() (*pki.Own, error) {
	switch {
	case o.Certificate != "":
		return pki.Load(o.Certificate, o.Key)
	case !o.hasSecurity():
		return &pki.Own{}, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return pki.LoadOrCreate(o.PKI, host)
}

// trust returns nil for a server's certificate that is to be trusted.
func (o *EndpointOptions) trust(certificate []byte, u *url.URL) error {
	if o.Trust == "any" {
		return nil
	}
	return pki.Store{Directory: o.PKI}.Check(certificate, u.Hostname(), time.Now())
}

// security returns how the channel to an endpoint is protected.
func (o *EndpointOptions) security(own *pki.Own, e *ua.EndpointDescription) channel.Security {
	return channel.Security{
		Policy: e.SecurityPolicyURI, Mode: e.SecurityMode, Certificate: own.Certificate, Key: own.Key,
		Remote: channel.Leaf(e.ServerCertificate),
	}
}

// credentials are who logs in, and the proof.
type credentials struct {
	token     any // an identity token
	signature *ua.SignatureData
}

// credentials makes the proof for one session: it is good for the server's certificate and nonce only
// (OPC 10000-4 §7.40).
func (o *EndpointOptions) credentials(l login, certificate, nonce []byte) (credentials, error) {
	none := &ua.SignatureData{}
	switch o.tokenType() {
	case ua.UserTokenTypeUserName:
		password, err := o.Password.Reveal()
		if err != nil {
			return credentials{}, err
		}
		secret, algorithm, err := encrypted(l.policy, password, certificate, nonce)
		return credentials{&ua.UserNameIdentityToken{
			PolicyID: l.policyID, UserName: o.User, Password: secret, EncryptionAlgorithm: algorithm,
		}, none}, err
	case ua.UserTokenTypeCertificate:
		return o.certified(l, certificate, nonce)
	default:
		return credentials{&ua.AnonymousIdentityToken{PolicyID: l.policyID}, none}, nil
	}
}

// encrypted returns a password as only the server can read it (OPC 10000-4 §7.40.2.2).
func encrypted(policy, password string, certificate, nonce []byte) (secret []byte, algorithm string, err error) {
	if policy == ua.SecurityPolicyURINone {
		return []byte(password), "", nil
	}
	key, err := channel.PublicKey(channel.Leaf(certificate))
	if err != nil {
		return nil, "", fmt.Errorf("encrypt the password: %w", err)
	}
	by, err := uapolicy.Asymmetric(policy, nil, key)
	if err != nil {
		return nil, "", fmt.Errorf("encrypt the password: %w", err)
	}
	plain := binary.LittleEndian.AppendUint32(nil, uint32(len(password)+len(nonce)))
	plain = append(append(plain, password...), nonce...)
	if secret, err = by.Encrypt(plain); err != nil {
		return nil, "", fmt.Errorf("encrypt the password: %w", err)
	}
	return secret, by.EncryptionURI(), nil
}

// certified proves that the user has the key of a certificate.
func (o *EndpointOptions) certified(l login, certificate, nonce []byte) (credentials, error) {
	user, err := pki.Load(o.UserCertificate, o.UserKey)
	if err != nil {
		return credentials{}, err
	}
	token := &ua.X509IdentityToken{PolicyID: l.policyID, CertificateData: user.Certificate}
	if l.policy == ua.SecurityPolicyURINone {
		return credentials{token, &ua.SignatureData{}}, nil
	}
	key, err := channel.PublicKey(channel.Leaf(certificate))
	if err != nil {
		return credentials{}, err
	}
	by, err := uapolicy.Asymmetric(l.policy, user.Key, key)
	if err != nil {
		return credentials{}, err
	}
	signature, err := by.Signature(append(append([]byte(nil), certificate...), nonce...))
	return credentials{token, &ua.SignatureData{Algorithm: by.SignatureURI(), Signature: signature}}, err
}
