package apdu

import "fmt"

// Type is a type identification (101 §7.2.1).
type Type uint8

// The types that are read and written here.
const (
	SinglePoint     Type = 1  // M_SP_NA_1
	DoublePoint     Type = 3  // M_DP_NA_1
	StepPosition    Type = 5  // M_ST_NA_1
	Bitstring       Type = 7  // M_BO_NA_1
	Normalized      Type = 9  // M_ME_NA_1
	Scaled          Type = 11 // M_ME_NB_1
	Float           Type = 13 // M_ME_NC_1
	Totals          Type = 15 // M_IT_NA_1
	NormalizedPlain Type = 21 // M_ME_ND_1, without a quality
	SinglePointTime Type = 30 // M_SP_TB_1
	DoublePointTime Type = 31 // M_DP_TB_1
	StepTime        Type = 32 // M_ST_TB_1
	BitstringTime   Type = 33 // M_BO_TB_1
	NormalizedTime  Type = 34 // M_ME_TD_1
	ScaledTime      Type = 35 // M_ME_TE_1
	FloatTime       Type = 36 // M_ME_TF_1
	TotalsTime      Type = 37 // M_IT_TB_1

	SingleCommand        Type = 45  // C_SC_NA_1
	DoubleCommand        Type = 46  // C_DC_NA_1
	StepCommand          Type = 47  // C_RC_NA_1
	SetNormalized        Type = 48  // C_SE_NA_1
	SetScaled            Type = 49  // C_SE_NB_1
	SetFloat             Type = 50  // C_SE_NC_1
	BitstringCommand     Type = 51  // C_BO_NA_1
	SingleCommandTime    Type = 58  // C_SC_TA_1
	DoubleCommandTime    Type = 59  // C_DC_TA_1
	StepCommandTime      Type = 60  // C_RC_TA_1
	SetNormalizedTime    Type = 61  // C_SE_TA_1
	SetScaledTime        Type = 62  // C_SE_TB_1
	SetFloatTime         Type = 63  // C_SE_TC_1
	BitstringCommandTime Type = 64  // C_BO_TA_1
	EndOfInitialization  Type = 70  // M_EI_NA_1
	Interrogation        Type = 100 // C_IC_NA_1
	CounterInterrogation Type = 101 // C_CI_NA_1
	Read                 Type = 102 // C_RD_NA_1
	ClockSynchronization Type = 103 // C_CS_NA_1
	TestCommand          Type = 104 // C_TS_NA_1
	TestCommandTime      Type = 107 // C_TS_TA_1
)

// Element is the form of a value in an object (101 §7.2.6).
type Element uint8

// The elements, by the names of the standard.
const (
	elementNone Element = iota + 1 // nothing: the address says it all
	SIQ                            // single point with quality
	DIQ                            // double point with quality
	VTI                            // step position, then QDS
	BSI                            // 32 bits, then QDS
	NVA                            // normalized, then QDS
	NVAPlain                       // normalized alone
	SVA                            // scaled, then QDS
	R32                            // short floating point, then QDS
	BCR                            // counter with its sequence
	SCO                            // single command
	DCO                            // double command
	RCO                            // step command
	SetNVA                         // normalized, then QOS
	SetSVA                         // scaled, then QOS
	SetR32                         // short floating point, then QOS
	SetBSI                         // 32 bits
	Octet                          // COI, QOI or QCC
	elementTime                    // CP56Time2a alone
	FBP                            // the fixed pattern 0x55AA
	TSC                            // a counter of tests
)

// length returns the octets of an element.
func (e Element) length() int {
	lengths := [...]int{
		elementNone: 0, SIQ: 1, DIQ: 1, VTI: 2, BSI: 5, NVA: 3, NVAPlain: 2, SVA: 3, R32: 5, BCR: 5, SCO: 1, DCO: 1, RCO: 1,
		SetNVA: 3, SetSVA: 3, SetR32: 5, SetBSI: 4, Octet: 1, elementTime: 0, FBP: 2, TSC: 2,
	}
	return lengths[e]
}

// layout is what the objects of a type consist of.
type layout struct {
	name    string
	element Element
	timed   bool // a CP56Time2a follows
}

// layouts are the known types; an element of 0 is a type that is not.
var layouts = [128]layout{
	SinglePoint: {"M_SP_NA_1", SIQ, false}, SinglePointTime: {"M_SP_TB_1", SIQ, true},
	DoublePoint: {"M_DP_NA_1", DIQ, false}, DoublePointTime: {"M_DP_TB_1", DIQ, true},
	StepPosition: {"M_ST_NA_1", VTI, false}, StepTime: {"M_ST_TB_1", VTI, true},
	Bitstring: {"M_BO_NA_1", BSI, false}, BitstringTime: {"M_BO_TB_1", BSI, true},
	Normalized: {"M_ME_NA_1", NVA, false}, NormalizedTime: {"M_ME_TD_1", NVA, true}, NormalizedPlain: {"M_ME_ND_1", NVAPlain, false},
	Scaled: {"M_ME_NB_1", SVA, false}, ScaledTime: {"M_ME_TE_1", SVA, true},
	Float: {"M_ME_NC_1", R32, false}, FloatTime: {"M_ME_TF_1", R32, true},
	Totals: {"M_IT_NA_1", BCR, false}, TotalsTime: {"M_IT_TB_1", BCR, true},
	EndOfInitialization: {"M_EI_NA_1", Octet, false},

	SingleCommand: {"C_SC_NA_1", SCO, false}, SingleCommandTime: {"C_SC_TA_1", SCO, true},
	DoubleCommand: {"C_DC_NA_1", DCO, false}, DoubleCommandTime: {"C_DC_TA_1", DCO, true},
	StepCommand: {"C_RC_NA_1", RCO, false}, StepCommandTime: {"C_RC_TA_1", RCO, true},
	SetNormalized: {"C_SE_NA_1", SetNVA, false}, SetNormalizedTime: {"C_SE_TA_1", SetNVA, true},
	SetScaled: {"C_SE_NB_1", SetSVA, false}, SetScaledTime: {"C_SE_TB_1", SetSVA, true},
	SetFloat: {"C_SE_NC_1", SetR32, false}, SetFloatTime: {"C_SE_TC_1", SetR32, true},
	BitstringCommand: {"C_BO_NA_1", SetBSI, false}, BitstringCommandTime: {"C_BO_TA_1", SetBSI, true},
	Interrogation: {"C_IC_NA_1", Octet, false}, CounterInterrogation: {"C_CI_NA_1", Octet, false},
	Read: {"C_RD_NA_1", elementNone, false}, ClockSynchronization: {"C_CS_NA_1", elementTime, true},
	TestCommand: {"C_TS_NA_1", FBP, false}, TestCommandTime: {"C_TS_TA_1", TSC, true},
}

// layout returns what objects of the type consist of.
func (t Type) layout() layout {
	if int(t) < len(layouts) {
		return layouts[t]
	}
	return layout{}
}

// Known reports whether the type is read and written here.
func (t Type) Known() bool { return t.layout().element != 0 }

// Element returns the form of the type's values; 0 where the type is not known.
func (t Type) Element() Element { return t.layout().element }

// Timed reports whether its objects carry a time.
func (t Type) Timed() bool { return t.layout().timed }

// IsMonitored reports whether the type carries values of a process, from the station.
func (t Type) IsMonitored() bool { return t.Known() && t < SingleCommand }

// String returns the name of the standard, or the number where it is not known here.
func (t Type) String() string {
	if name := t.layout().name; name != "" {
		return name
	}
	return fmt.Sprintf("type %d", uint8(t))
}

// objectLen returns the octets of an object without its address.
func (t Type) objectLen() int {
	l := t.layout()
	if l.timed {
		return l.element.length() + timeLen
	}
	return l.element.length()
}
