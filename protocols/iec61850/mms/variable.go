package mms

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

// Name names a variable or a list of them: in a domain, which is a logical device, or of the whole device where Domain is empty.
type Name struct{ Domain, Item string }

// String returns the name as it is usually written.
func (n Name) String() string {
	if n.Domain == "" {
		return n.Item
	}
	return n.Domain + "/" + n.Item
}

// Tags of services.
const (
	tagNameList   = 0xA1
	tagIdentify   = 0x82
	tagIdentified = 0xA2
	tagRead       = 0xA4
	tagWrite      = 0xA5
	tagAttributes = 0xA6
	tagListOf     = 0xAC
	tagReport     = 0xA0
)

// Service is one that a server is asked for.
type Service uint8

// ServiceOf returns the service of a request; 0 for one that is not known here.
func ServiceOf(p PDU) Service {
	switch p.Tag {
	case tagNameList:
		return GetNames
	case tagIdentify:
		return Identify
	case tagRead:
		return Read
	case tagWrite:
		return Write
	case tagAttributes:
		return GetType
	case tagListOf:
		return GetList
	default:
		return 0
	}
}

// The services.
const (
	GetNames Service = iota + 1
	Identify
	Read
	Write
	GetType
	GetList
)

// encoded returns the name as a choice of its scope (§14.2).
func (n Name) encoded() []byte {
	if n.Domain == "" {
		return ber.Text(0x80, n.Item)
	}
	return ber.Wrap(0xA1, ber.Text(0x1A, n.Domain), ber.Text(0x1A, n.Item))
}

func parseName(b []byte) (n Name, err error) {
	e, _, err := ber.Parse(b)
	if err != nil {
		return n, err
	}
	switch e.Tag {
	case 0x80, 0x82: // of the whole device, or of the association
		return Name{Item: string(e.Content)}, nil
	case 0xA1:
		parts, err := ber.All(e.Content)
		if err != nil || len(parts) != 2 {
			return n, fmt.Errorf("%w: a name of %d parts", ErrPDU, len(parts))
		}
		return Name{Domain: string(parts[0].Content), Item: string(parts[1].Content)}, nil
	default:
		return n, fmt.Errorf("%w: tag %X is no name", ErrPDU, e.Tag)
	}
}

// variables returns variables as the elements of a list.
func variables(names []Name) (dst []byte) {
	for _, n := range names {
		dst = ber.Append(dst, 0x30, ber.Wrap(0xA0, n.encoded()))
	}
	return dst
}

func parseVariables(b []byte) (names []Name, err error) {
	for len(b) > 0 {
		var e ber.Element
		if e, b, err = ber.Parse(b); err != nil {
			return nil, err
		}
		n, err := parseName(ber.Find(e.Content, 0xA0))
		if err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, nil
}

// access is what is read or written: variables by their names, or a list of them (§14.5.1).
type access struct {
	Names []Name
	List  Name
}

func (a access) encoded() []byte {
	if a.List.Item != "" {
		return ber.Wrap(0xA1, a.List.encoded())
	}
	return ber.Wrap(0xA0, variables(a.Names))
}

func parseAccess(b []byte) (a access, rest []byte, err error) {
	e, rest, err := ber.Parse(b)
	if err != nil {
		return a, nil, err
	}
	switch e.Tag {
	case 0xA0:
		a.Names, err = parseVariables(e.Content)
	case 0xA1:
		a.List, err = parseName(e.Content)
	default:
		err = fmt.Errorf("%w: tag %X is no access to variables", ErrPDU, e.Tag)
	}
	return a, rest, err
}

// ReadRequest returns a request of variables.
func ReadRequest(names ...Name) []byte {
	return ber.Wrap(tagRead, ber.Wrap(0xA1, access{Names: names}.encoded()))
}

// ReadListRequest returns a request of all variables of a list.
func ReadListRequest(list Name) []byte {
	return ber.Wrap(tagRead, ber.Wrap(0xA1, access{List: list}.encoded()))
}

// ParseReadRequest reads what is asked for: names, or a list.
func ParseReadRequest(body []byte) (names []Name, list Name, err error) {
	a, _, err := parseAccess(ber.Find(body, 0xA1))
	return a.Names, a.List, err
}

// ReadResponse returns a response, with a Failure for what was not read.
func ReadResponse(values ...Data) []byte { return ber.Wrap(tagRead, ber.Wrap(0xA1, appendAll(values))) }

func appendAll(values []Data) (b []byte) {
	for _, v := range values {
		b = AppendData(b, v)
	}
	return b
}

// ParseRead reads a response to a request of so many variables.
func ParseRead(body []byte, count int) ([]Data, error) {
	values, err := ParseData(ber.Find(body, 0xA1))
	if err == nil && len(values) != count {
		err = fmt.Errorf("%w: %d values where %d were asked for", ErrPDU, len(values), count)
	}
	return values, err
}

// WriteRequest returns a request to write variables.
func WriteRequest(names []Name, values []Data) []byte {
	return ber.Wrap(tagWrite, access{Names: names}.encoded(), ber.Wrap(0xA0, appendAll(values)))
}

// ParseWriteRequest reads what is to be written.
func ParseWriteRequest(body []byte) (names []Name, values []Data, err error) {
	a, rest, err := parseAccess(body)
	if err != nil {
		return nil, nil, err
	}
	values, err = ParseData(ber.Find(rest, 0xA0))
	if err == nil && len(values) != len(a.Names) {
		err = fmt.Errorf("%w: %d values for %d variables", ErrPDU, len(values), len(a.Names))
	}
	return a.Names, values, err
}

// WriteResponse returns a response: of each variable nil, or why it was not written.
func WriteResponse(results ...*AccessError) []byte {
	var b []byte
	for _, r := range results {
		if r == nil {
			b = ber.Append(b, 0x81)
			continue
		}
		b = append(b, ber.Int(0x80, int64(*r))...)
	}
	return ber.Wrap(tagWrite, b)
}

// ParseWrite reads the response to a request to write one variable: nil, or why it was not written.
func ParseWrite(body []byte) (refused *AccessError, err error) {
	e, _, err := ber.Parse(body)
	if err != nil || e.Tag == 0x81 {
		return nil, err
	}
	code, err := ber.ParseInt(e.Content)
	if err != nil || e.Tag != 0x80 {
		return nil, fmt.Errorf("%w: tag %X is no result of writing", ErrPDU, e.Tag)
	}
	reason := AccessError(code)
	return &reason, nil
}

// Report is values that a server sends by itself (§14.7.3).
type Report struct {
	Names  []Name // of the values
	List   Name   // or that of all of them
	Values []Data
}

// Append appends a PDU that carries the report.
func (r Report) Append(dst []byte) []byte {
	return ber.Append(dst, uint32(Unconfirmed), ber.Wrap(tagReport, access{r.Names, r.List}.encoded(), ber.Wrap(0xA0, appendAll(r.Values))))
}

// ParseReport reads what an unconfirmed PDU carries.
func ParseReport(p PDU) (r Report, err error) {
	if p.Form != Unconfirmed || p.Tag != tagReport {
		return r, fmt.Errorf("%w: tag %X is no report", ErrPDU, p.Tag)
	}
	a, rest, err := parseAccess(p.Body)
	if err != nil {
		return r, err
	}
	r.Names, r.List = a.Names, a.List
	r.Values, err = ParseData(ber.Find(rest, 0xA0))
	return r, err
}
