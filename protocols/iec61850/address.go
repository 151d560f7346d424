package iec61850

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// Address is a reference into the model of a device (IEC 61850-7-2 §22): LD/LN.DO.attribute [FC]. In the notation of MMS it is
// LD/LN$FC$DO$attribute.
type Address struct {
	Device     string // the logical device
	Node       string // the logical node
	Path       string // the data object and what is below it, with points
	Constraint string // the functional constraint; empty: not given
}

// constraints are the functional constraints (IEC 61850-7-2 table 18), in the order in which one that is not given is looked for.
func constraints() []string {
	return []string{"ST", "MX", "SP", "SV", "CF", "DC", "EX", "SE", "SG", "SR", "OR", "BL", "CO", "MS", "US", "GO", "LG", "RP", "BR"}
}

const addressFix = "want LD/LN.DO.attribute [FC], as LD0/MMXU1.TotW.mag.f [MX]: holdfast browse tells them"

// UnmarshalText reads an address.
func (a *Address) UnmarshalText(text []byte) error {
	parsed, err := parseAddress(string(text))
	if err == nil && !strings.Contains(parsed.Path, ".") {
		err = fmt.Errorf("it names no attribute")
	}
	if err != nil {
		return &config.Problem{What: fmt.Sprintf("%.80q is no reference: %v", text, err), Fix: addressFix}
	}
	*a = parsed
	return nil
}

// parseAddress reads an address of whatever depth.
func parseAddress(text string) (a Address, err error) {
	if open := strings.IndexByte(text, '['); open >= 0 && strings.HasSuffix(text, "]") {
		a.Constraint, text = text[open+1:len(text)-1], strings.TrimSpace(text[:open])
		if !slices.Contains(constraints(), a.Constraint) {
			return a, fmt.Errorf("%q is no functional constraint: want %s", a.Constraint, strings.Join(constraints(), ", "))
		}
	}
	device, rest, _ := strings.Cut(text, "/")
	a.Device = device
	if strings.Contains(rest, "$") {
		if rest, err = a.fromMMS(rest); err != nil {
			return a, err
		}
	}
	a.Node, a.Path, _ = strings.Cut(rest, ".")
	if !isName(a.Device) || a.Node == "" && strings.Contains(text, "/") {
		return a, fmt.Errorf("there is no logical device or no logical node")
	}
	for part := range strings.SplitSeq(rest, ".") {
		name, index, indexed := strings.Cut(part, "(")
		if indexed {
			_, err := strconv.ParseUint(strings.TrimSuffix(index, ")"), 10, 16)
			indexed = err != nil || !strings.HasSuffix(index, ")")
		}
		if rest != "" && (!isName(name) || indexed) {
			return a, fmt.Errorf("%q is no name", part)
		}
	}
	return a, nil
}

// fromMMS takes the functional constraint out of LN$FC$DO$attribute, and returns the rest with points.
func (a *Address) fromMMS(item string) (string, error) {
	parts := strings.Split(item, "$")
	if a.Constraint != "" || !slices.Contains(constraints(), parts[1]) {
		return "", fmt.Errorf("in LN$FC$DO the second part is the functional constraint: want %s", strings.Join(constraints(), ", "))
	}
	a.Constraint = parts[1]
	return strings.Join(slices.Delete(parts, 1, 2), "."), nil
}

// isName reports whether a text is one of letters, digits and underscores.
func isName(text string) bool {
	return text != "" && strings.Trim(text, "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}

// MarshalText writes the address as UnmarshalText reads it.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// String returns the address as it is configured.
func (a Address) String() string {
	text := a.Device
	if a.Node != "" {
		text += "/" + a.Node
	}
	if a.Path != "" {
		text += "." + a.Path
	}
	if a.Constraint != "" {
		text += " [" + a.Constraint + "]"
	}
	return text
}

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, pattern string, secret bool) {
	return "object reference", `^[A-Za-z0-9_]+/[A-Za-z0-9_]+[.$].+$`, false
}

// object returns the name in MMS of the data object that an address lies in, under a functional constraint.
func (a Address) object(ied, constraint string) mms.Name {
	object, _, _ := strings.Cut(a.Path, ".")
	return mms.Name{Domain: ied + a.Device, Item: a.Node + "$" + constraint + "$" + object}
}

// variable returns the name in MMS of what an address names.
func (a Address) variable(ied string) mms.Name {
	return mms.Name{Domain: ied + a.Device, Item: a.Node + "$" + a.Constraint + "$" + strings.ReplaceAll(a.Path, ".", "$")}
}

// inner returns the names below the data object.
func (a Address) inner() []string { return strings.Split(a.Path, ".")[1:] }
