package channel

import (
	"time"

	"github.com/gopcua/opcua/ua"
)

// token is a set of keys and the time that they are good for (§6.7.3).
type token struct {
	channel, id uint32
	cipher      cipher
	renewAt     time.Time // three quarters of its life have passed (OPC 10000-4 §5.5.2.1)
	expires     time.Time // and a quarter more than it
}

// newToken returns the token of a response to OPN.
func newToken(s Security, response *ua.OpenSecureChannelResponse, nonce []byte, now time.Time) (*token, error) {
	if response.SecurityToken == nil {
		return nil, ua.StatusBadUnknownResponse
	}
	c, err := newSymmetric(s, nonce, response.ServerNonce)
	if err != nil {
		return nil, err
	}
	life := time.Duration(response.SecurityToken.RevisedLifetime) * time.Millisecond
	return &token{
		channel: response.SecurityToken.ChannelID, id: response.SecurityToken.TokenID,
		cipher: c, renewAt: now.Add(life / 4 * 3), expires: now.Add(life / 4 * 5),
	}, nil
}

// maxTokens bounds how many sets of keys are good at once, where they are renewed long before they expire.
const maxTokens = 8

// renewed returns tokens with a new one in front of those that have not expired.
func renewed(tokens []*token, t *token, now time.Time) []*token {
	all := []*token{t}
	for _, old := range tokens {
		if len(all) < maxTokens && now.Before(old.expires) {
			all = append(all, old)
		}
	}
	return all
}

// The last sequence number is at least 1024 below the end of uint32, and the first after it is below 1024 (§6.7.2.4).
const (
	lastSequence  = 1<<32 - 1 - 1024
	firstSequence = 1024
)

// following returns the sequence number of the frame behind the one numbered n.
func following(n uint32) uint32 {
	if n >= lastSequence {
		return 1
	}
	return n + 1
}

// follows reports whether a frame numbered n may come behind the one numbered before.
func follows(before, n uint32) bool {
	return n == before+1 || before >= lastSequence && n < firstSequence
}
