package opcua

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/config"
)

// Address names a node of a server, as the standard writes it (OPC 10000-6 §5.1.12): ns=2;s=Boiler.Temperature, or
// nsu=URI;s=Boiler.Temperature, which holds when the server numbers its namespaces anew.
type Address struct {
	uri       string // of the namespace; empty where it is named by its index
	namespace uint16
	kind      byte   // i, s, g or b; 0 is no address
	number    uint32 // of i
	text      string // of s; of g in capitals; of b the octets
}

// The longest address that is read; a server's identifiers have at most 4096 characters.
const maxAddress = 8192

// escapes are how a URI may hold what ends it.
var (
	escaper   = strings.NewReplacer("%", "%25", ";", "%3B")
	unescaper = strings.NewReplacer("%25", "%", "%3B", ";", "%3b", ";")
)

// wrongAddress says what an address looks like.
func wrongAddress(format string, args ...any) error {
	return &config.Problem{
		What: fmt.Sprintf(format, args...), Fix: `want ns=2;s=NAME, ns=2;i=NUMBER or nsu=URI;s=NAME, as the server's browser shows it`,
	}
}

// UnmarshalText reads an address.
func (a *Address) UnmarshalText(text []byte) error {
	if len(text) > maxAddress {
		return wrongAddress("an address of %d characters", len(text))
	}
	rest := string(text)
	parsed, rest, err := cutNamespace(rest)
	if err != nil {
		return err
	}
	kind, id, ok := strings.Cut(rest, "=")
	if !ok || len(kind) != 1 {
		return wrongAddress("%q names no node", rest)
	}
	if err := parsed.setIdentifier(kind[0], id); err != nil {
		return err
	}
	*a = parsed
	return nil
}

// cutNamespace reads what stands before the identifier.
func cutNamespace(text string) (a Address, rest string, err error) {
	switch {
	case strings.HasPrefix(text, "ns="):
		index, rest, _ := strings.Cut(text[len("ns="):], ";")
		n, err := strconv.ParseUint(index, 10, 16)
		if err != nil {
			return a, "", wrongAddress("%q is no number of a namespace", index)
		}
		a.namespace = uint16(n)
		return a, rest, nil
	case strings.HasPrefix(text, "nsu="):
		uri, rest, _ := strings.Cut(text[len("nsu="):], ";")
		if a.uri = unescaper.Replace(uri); a.uri == "" {
			return a, "", wrongAddress("the namespace has no name")
		}
		return a, rest, nil
	default:
		return a, text, nil
	}
}

func (a *Address) setIdentifier(kind byte, id string) error {
	a.kind = kind
	switch kind {
	case 'i':
		n, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			return wrongAddress("%q is no number of a node", id)
		}
		a.number = uint32(n)
	case 's':
		if id == "" {
			return wrongAddress("the node has no name")
		}
		a.text = id
	case 'g':
		guid := ua.NewGUID(id)
		if guid == nil {
			return wrongAddress("%q is no GUID", id)
		}
		a.text = guid.String()
	case 'b':
		octets, err := base64.StdEncoding.DecodeString(id)
		if err != nil || len(octets) == 0 {
			return wrongAddress("%q is not base64", id)
		}
		a.text = string(octets)
	default:
		return wrongAddress("there are no identifiers of the kind %q", kind)
	}
	return nil
}

// MarshalText writes the address as UnmarshalText reads it.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// String returns the address as it is configured.
func (a Address) String() string {
	var b strings.Builder
	switch {
	case a.uri != "":
		b.WriteString("nsu=" + escaper.Replace(a.uri) + ";")
	case a.namespace != 0:
		b.WriteString("ns=" + strconv.Itoa(int(a.namespace)) + ";")
	}
	switch a.kind {
	case 0:
	case 'i':
		b.WriteString("i=" + strconv.FormatUint(uint64(a.number), 10))
	case 'b':
		b.WriteString("b=" + base64.StdEncoding.EncodeToString([]byte(a.text)))
	default:
		b.WriteString(string(a.kind) + "=" + a.text)
	}
	return b.String()
}

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, pattern string, secret bool) {
	return "node", `^(ns=[0-9]+;|nsu=[^;]+;)?[isgb]=.+$`, false
}

// node returns the node at a server with the given namespaces.
func (a Address) node(namespaces []string) (*ua.NodeID, error) {
	index := a.namespace
	if a.uri != "" {
		at := slices.Index(namespaces, a.uri)
		if at < 0 || at > 0xFFFF {
			return nil, fmt.Errorf("%s: the server has no namespace %q: it has %q", a, a.uri, namespaces)
		}
		index = uint16(at)
	}
	switch a.kind {
	case 'i':
		return ua.NewNumericNodeID(index, a.number), nil
	case 'g':
		return ua.NewGUIDNodeID(index, a.text), nil
	case 'b':
		return ua.NewByteStringNodeID(index, []byte(a.text)), nil
	default:
		return ua.NewStringNodeID(index, a.text), nil
	}
}

// addressOf returns the address of a node that a server has named, by the index of its namespace.
func addressOf(n *ua.NodeID) Address {
	a := Address{namespace: n.Namespace()}
	switch n.Type() {
	case ua.NodeIDTypeString:
		a.kind, a.text = 's', n.StringID()
	case ua.NodeIDTypeGUID:
		a.kind, a.text = 'g', n.StringID()
	case ua.NodeIDTypeByteString:
		octets, err := base64.StdEncoding.DecodeString(n.StringID())
		if err == nil {
			a.kind, a.text = 'b', string(octets)
		}
	default:
		a.kind, a.number = 'i', n.IntID()
	}
	return a
}
