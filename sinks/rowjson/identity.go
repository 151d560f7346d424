package rowjson

import (
	"strconv"

	"github.com/holdfast-edge/holdfast/tag"
)

// AppendIdentity is tag.Identity.String without its allocations.
func AppendIdentity(dst []byte, id tag.Identity) []byte {
	return appendPlace(append(dst, id.Site...), id)
}

// AppendIdentityJSON appends the identity as a JSON string; only the site may
// hold what has to be escaped.
func AppendIdentityJSON(dst []byte, id tag.Identity) []byte {
	dst = tag.AppendJSONString(dst, id.Site)
	return append(appendPlace(dst[:len(dst)-1], id), '"')
}

func appendPlace(dst []byte, id tag.Identity) []byte {
	dst = append(appendUUID(append(dst, '/'), id.Stream), '/')
	dst = append(strconv.AppendUint(dst, id.Incarnation, 10), '/')
	return strconv.AppendUint(dst, id.Sequence, 10)
}

const hexDigits = "0123456789abcdef"

// appendUUID appends the canonical text form (RFC 9562 §4).
func appendUUID(dst []byte, id tag.StreamID) []byte {
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}
