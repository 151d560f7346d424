package iec61850

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	ConnectTimeout time.Duration `yaml:"connect_timeout" default:"10s" min:"10ms" max:"5m" doc:"How long it may take to connect and to be accepted."`
	RequestTimeout time.Duration `yaml:"request_timeout" default:"5s" min:"10ms" max:"5m" doc:"How long to wait for the answer to a request. After three in a row without one the connection is made anew."`

	TSel       string `yaml:"tsel" default:"0001" doc:"The transport selector of the device, in hexadecimal, as its SCL file has it (OSI-TSEL)." example:"0001"`
	SSel       string `yaml:"ssel" default:"0001" doc:"The session selector of the device, in hexadecimal (OSI-SSEL)." example:"0001"`
	PSel       string `yaml:"psel" default:"00000001" doc:"The presentation selector of the device, in hexadecimal (OSI-PSEL)." example:"00000001"`
	APTitle    string `yaml:"ap_title" doc:"The AP title of the device, with commas (OSI-AP-Title), for one that asks for it; none is sent where it is not given." example:"1,3,9999,23"`
	AEQual     int    `yaml:"ae_qualifier" default:"12" min:"0" max:"32767" doc:"The AE qualifier of the device (OSI-AE-Qualifier). It goes with ap_title."`
	OwnAPTitle string `yaml:"own_ap_title" advanced:"true" doc:"The AP title of this node, for devices that know their clients by it." example:"1,1,9999,1"`
	OwnAEQual  int    `yaml:"own_ae_qualifier" default:"12" min:"0" max:"32767" advanced:"true" doc:"The AE qualifier of this node. It goes with own_ap_title."`

	Reports bool `yaml:"reports" default:"true" doc:"Whether the device sends by reports what changes. Without it, and where no report control block is free, the tags are read at each scan."`

	MaxPDU      int `yaml:"max_pdu" default:"65000" min:"512" max:"65000" advanced:"true" doc:"The most octets of an MMS PDU that the device is offered; it may agree to less."`
	Outstanding int `yaml:"outstanding" default:"5" min:"1" max:"100" advanced:"true" doc:"The most requests at a time that the device is offered; it may agree to less."`
}

// Check refuses selectors and titles that are none.
func (o *EndpointOptions) Check(report config.Report) {
	for key, text := range map[string]string{"tsel": o.TSel, "ssel": o.SSel, "psel": o.PSel} {
		if _, err := selector(text); err != nil {
			report(key, &config.Problem{What: fmt.Sprintf("%q is no selector", text), Fix: "want up to 16 octets in hexadecimal, two digits each, as 0001"})
		}
	}
	for key, text := range map[string]string{"ap_title": o.APTitle, "own_ap_title": o.OwnAPTitle} {
		if _, err := title(text); err != nil {
			report(key, &config.Problem{What: fmt.Sprintf("%q is no AP title", text), Fix: "want numbers with commas, as 1,3,9999,23"})
		}
	}
}

// maxSelector is how many octets a selector may have.
const maxSelector = 16

func selector(text string) ([]byte, error) {
	octets, err := hex.DecodeString(text)
	if err == nil && len(octets) > maxSelector {
		err = fmt.Errorf("more than %d octets", maxSelector)
	}
	return octets, err
}

// title returns an object identifier as BER has its content.
func title(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	var oid asn1.ObjectIdentifier
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '.' || r == ' ' }) {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, err
		}
		oid = append(oid, int(n))
	}
	b, err := asn1.Marshal(oid)
	if err != nil {
		return nil, err
	}
	const header = 2 // tag and length, of one octet each
	if len(b) > header+0x7F {
		return nil, fmt.Errorf("it is too long")
	}
	return b[header:], nil
}

// associated returns the options as the association takes them.
func (o *EndpointOptions) associated() (a assoc.Options, err error) {
	a = assoc.Options{Offer: mms.Initiate{MaxPDU: o.MaxPDU, Outstanding: o.Outstanding}, Timeout: o.RequestTimeout}
	a.Calling = osi.Party{Transport: []byte{0, 1}, Session: []byte{0, 1}, Presentation: []byte{0, 0, 0, 1}, AEQualifier: int64(o.OwnAEQual)}
	a.Called.AEQualifier = int64(o.AEQual)
	for _, part := range []struct {
		to   *[]byte
		text string
		read func(string) ([]byte, error)
	}{
		{&a.Called.Transport, o.TSel, selector},
		{&a.Called.Session, o.SSel, selector},
		{&a.Called.Presentation, o.PSel, selector},
		{&a.Called.APTitle, o.APTitle, title},
		{&a.Calling.APTitle, o.OwnAPTitle, title},
	} {
		if *part.to, err = part.read(part.text); err != nil {
			return a, fmt.Errorf("%q: %w", part.text, err)
		}
	}
	return a, nil
}

// DeviceOptions are the keys of a device, which is an IED or a part of one.
type DeviceOptions struct {
	IED            string        `yaml:"ied" doc:"What stands before the logical device of every address: the name of the IED, for addresses that have LDInst only. Devices that are alike can share a template so." example:"AA1E1Q01A1"`
	RCB            string        `yaml:"rcb" doc:"The report control blocks to use, with commas, as LD/LN.NAME; those are chosen that are free and have the tags where none is given." example:"LD0/LLN0.brcbStatus01,LD0/LLN0.urcbMeas01"`
	Integrity      time.Duration `yaml:"integrity" default:"1m" min:"0s" max:"24h" doc:"How often a report control block tells everything, changed or not (IntgPd); 0 never."`
	CommandTimeout time.Duration `yaml:"command_timeout" default:"30s" min:"10ms" max:"10m" doc:"How long a control with enhanced security may take to its termination. After that its outcome is unknown."`
	OrCat          string        `yaml:"or_cat" default:"remote" enum:"bay,station,remote,automatic-bay,automatic-station,automatic-remote,maintenance,process" doc:"Who controls (orCat), as the device logs it and checks the switching authority by it."`
	OrIdent        string        `yaml:"or_ident" default:"holdfast" doc:"Who controls, by name (orIdent)."`
	KeepTimes      bool          `yaml:"keep_times" default:"false" advanced:"true" doc:"Whether times of a clock that says that it is not synchronized are kept. Without it, the values are of their arrival."`
}

// SendsChanges says that a device sends what changes, and is silent otherwise.
func (*DeviceOptions) SendsChanges() {}

// blocks returns the report control blocks that are named.
func (o *DeviceOptions) blocks() []string {
	return strings.FieldsFunc(o.RCB, func(r rune) bool { return r == ',' || r == ' ' })
}

// Check refuses names that are none.
func (o *DeviceOptions) Check(report config.Report) {
	if o.IED != "" && !isName(o.IED) {
		report("ied", &config.Problem{What: fmt.Sprintf("%q is no name of an IED", o.IED), Fix: "want letters, digits and underscores"})
	}
	for _, name := range o.blocks() {
		if a, err := parseAddress(name); err != nil || a.Path == "" || strings.Contains(a.Path, ".") || a.Constraint != "" {
			report("rcb", &config.Problem{What: fmt.Sprintf("%q is no report control block", name), Fix: "want LD/LN.NAME, as LD0/LLN0.brcbStatus01, several with commas"})
		}
	}
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address Address        `yaml:"address" required:"true" doc:"The reference: LD/LN.DO.attribute [FC], or LD/LN$FC$DO$attribute. Without the functional constraint it is looked for in the device's model. In YAML, quote an address in braces." example:"LD0/MMXU1.TotW.mag.f [MX]"`
	Type    string         `yaml:"type" enum:"bool,int8,int16,int32,int64,uint8,uint16,uint32,float32,float64,dbpos,bits,string,bytes,time" doc:"The type of the attribute; the device's where it is not given. A value of another kind is Bad. With it, a write is checked before anything is sent." example:"float32"`
	Test    bool           `yaml:"test" default:"false" advanced:"true" doc:"Whether a control is sent with the test flag: devices that are not in test mode refuse it."`
	Checks  string         `yaml:"checks" default:"none" enum:"none,synchro,interlock,both" advanced:"true" doc:"Which checks the device is asked to make before a control: of synchronism, of interlocking, or both."`
	Scaling *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured.
func (*DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	if _, flaw := newPoint(t); flaw != nil {
		report(flaw.Key, flaw.Err)
	}
}

var (
	_ config.TagChecker = (*DeviceOptions)(nil)
	_ config.Sender     = (*DeviceOptions)(nil)
)

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "iec61850",
		Doc: "Devices (IEDs) that speak IEC 61850 over MMS (tcp://host:102): protection, bay controllers, merging units, power " +
			"meters. What changes is reported, or read, with its quality and time; controls go with or without select. A device is an IED or a part of one.",
		Schemes: []string{"tcp"}, Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
