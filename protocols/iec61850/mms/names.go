package mms

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

// Class is what names are asked for (§7.5.2).
type Class uint8

// The classes.
const (
	Variables Class = 0
	Lists     Class = 2
	Domains   Class = 9
)

// NamesRequest returns a request of the names of a class in a domain, after the one with which the response before ended.
func NamesRequest(class Class, domain, after string) []byte {
	scope := ber.Wrap(0x80)
	if domain != "" {
		scope = ber.Text(0x81, domain)
	}
	var from []byte
	if after != "" {
		from = ber.Text(0x82, after)
	}
	return ber.Wrap(tagNameList, ber.Wrap(0xA0, ber.Int(0x80, int64(class))), ber.Wrap(0xA1, scope), from)
}

// ParseNamesRequest reads what is asked for.
func ParseNamesRequest(body []byte) (class Class, domain, after string, err error) {
	n, err := ber.ParseInt(ber.Find(ber.Find(body, 0xA0), 0x80))
	if err != nil {
		return 0, "", "", err
	}
	return Class(n), string(ber.Find(ber.Find(body, 0xA1), 0x81)), string(ber.Find(body, 0x82)), nil
}

// NamesResponse returns a response; more says that there are others.
func NamesResponse(names []string, more bool) []byte {
	var list []byte
	for _, n := range names {
		list = append(list, ber.Text(0x1A, n)...)
	}
	octet := byte(0)
	if more {
		octet = 0xFF
	}
	return ber.Wrap(tagNameList, ber.Wrap(0xA0, list), ber.Wrap(0x81, []byte{octet}))
}

// ParseNames reads a response.
func ParseNames(body []byte) (names []string, more bool, err error) {
	list, err := ber.All(ber.Find(body, 0xA0))
	if err != nil {
		return nil, false, err
	}
	for _, e := range list {
		names = append(names, string(e.Content))
	}
	follows := ber.Find(body, 0x81)
	return names, len(follows) != 1 || follows[0] != 0, nil // it is true where it is not said
}

// TypeRequest returns a request of the type of a variable.
func TypeRequest(n Name) []byte { return ber.Wrap(tagAttributes, ber.Wrap(0xA0, n.encoded())) }

// ParseTypeRequest reads whose type is asked for.
func ParseTypeRequest(body []byte) (Name, error) { return parseName(ber.Find(body, 0xA0)) }

// TypeResponse returns a response.
func TypeResponse(t *Type) []byte {
	return ber.Wrap(tagAttributes, ber.Wrap(0x80, []byte{0}), ber.Wrap(0xA2, t.Append(nil)))
}

// ParseTypeResponse reads a response.
func ParseTypeResponse(body []byte) (Type, error) { return ParseType(ber.Find(body, 0xA2)) }

// ListRequest returns a request of the members of a list of variables.
func ListRequest(n Name) []byte { return ber.Wrap(tagListOf, n.encoded()) }

// ParseListRequest reads whose members are asked for.
func ParseListRequest(body []byte) (Name, error) { return parseName(body) }

// ListResponse returns a response.
func ListResponse(members []Name) []byte {
	return ber.Wrap(tagListOf, ber.Wrap(0x80, []byte{0}), ber.Wrap(0xA1, variables(members)))
}

// ParseList reads a response.
func ParseList(body []byte) ([]Name, error) { return parseVariables(ber.Find(body, 0xA1)) }

// Identity is what a device says of itself.
type Identity struct{ Vendor, Model, Revision string }

// String returns what it is.
func (i Identity) String() string { return fmt.Sprintf("%s %s %s", i.Vendor, i.Model, i.Revision) }

// IdentifyRequest returns a request to say who it is.
func IdentifyRequest() []byte { return ber.Wrap(tagIdentify) }

// IdentifyResponse returns a response.
func IdentifyResponse(i Identity) []byte {
	return ber.Wrap(tagIdentified, ber.Text(0x80, i.Vendor), ber.Text(0x81, i.Model), ber.Text(0x82, i.Revision))
}

// ParseIdentity reads a response.
func ParseIdentity(body []byte) Identity {
	return Identity{string(ber.Find(body, 0x80)), string(ber.Find(body, 0x81)), string(ber.Find(body, 0x82))}
}
