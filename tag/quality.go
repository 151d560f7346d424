package tag

import (
	"fmt"
	"strconv"
	"strings"
)

// Quality says whether a value may be believed, and why not. It is the high
// word of the OPC UA StatusCode (OPC 10000-4 §7.39): two bits of severity and a
// sub-status, so the mapping to and from OPC UA is a shift and loses nothing.
// The zero Quality is Good.
type Quality uint16

const severityMask Quality = 0xC000

// Severities: each is also the quality with no particular sub-status.
const (
	Good      Quality = 0x0000
	Uncertain Quality = 0x4000
	Bad       Quality = 0x8000
)

// Sub-statuses that Holdfast itself sets or tells apart. Any other sub-status
// of OPC UA is carried unchanged.
const (
	GoodOverload      Quality = 0x002F // sampling slowed down for lack of resources
	GoodClamped       Quality = 0x0030 // a written value was limited
	GoodLocalOverride Quality = 0x0096 // forced by an operator
	GoodNoData        Quality = 0x00A5 // no data in the range asked for

	UncertainLastUsable             Quality = 0x4090 // stale: what updated it has stopped doing so
	UncertainSubstitute             Quality = 0x4091 // set by an operator or a default
	UncertainInitial                Quality = 0x4092 // an initial value, not yet read
	UncertainSensorNotAccurate      Quality = 0x4093 // at a limit of the sensor
	UncertainUnitsExceeded          Quality = 0x4094 // outside the configured engineering range
	UncertainSubNormal              Quality = 0x4095 // fewer sources than required
	UncertainNoCommunicationLastUse Quality = 0x408F // last value before communication was lost

	BadUnexpected         Quality = 0x8001 // an error with no better code
	BadInternal           Quality = 0x8002 // a defect of this program
	BadResource           Quality = 0x8004 // an operating system resource is missing
	BadCommunication      Quality = 0x8005 // low-level communication error
	BadEncoding           Quality = 0x8006 // value could not be encoded
	BadDecoding           Quality = 0x8007 // reply could not be decoded
	BadUnknownResponse    Quality = 0x8009 // reply of an unknown form
	BadTimeout            Quality = 0x800A // no reply in time
	BadShutdown           Quality = 0x800C // stopped on purpose
	BadAccessDenied       Quality = 0x801F // the device refused this user
	BadNoCommunication    Quality = 0x8031 // defined, but the device has not been reached
	BadWaiting            Quality = 0x8032 // no value has arrived yet
	BadAddressInvalid     Quality = 0x8033 // the address is not well formed
	BadAddressUnknown     Quality = 0x8034 // the device does not know the address
	BadNotReadable        Quality = 0x803A // write-only
	BadNotWritable        Quality = 0x803B // read-only
	BadOutOfRange         Quality = 0x803C // value outside what its type or scaling can hold
	BadNotSupported       Quality = 0x803D // the device does not support the request
	BadNotFound           Quality = 0x803E // the item is gone
	BadTypeMismatch       Quality = 0x8074 // value is not of the declared type
	BadConfiguration      Quality = 0x8089 // the tag's configuration cannot work
	BadNotConnected       Quality = 0x808A // the connection is down
	BadDeviceFailure      Quality = 0x808B // the device reports a failure of its own
	BadSensorFailure      Quality = 0x808C // the device reports a sensor failure
	BadOutOfService       Quality = 0x808D // taken out of service
	BadDataLost           Quality = 0x809D // data is missing: collection started or stopped, or was lost
	BadDataUnavailable    Quality = 0x809E // expected data is unavailable
	BadConnectionClosed   Quality = 0x80AE // the peer closed the connection
	BadTooManyOperations  Quality = 0x8010 // the device is asked too much at once
	BadResponseTooLarge   Quality = 0x80B9 // reply over the agreed size
	BadInvalidState       Quality = 0x80AF // not possible in the present state
	BadNoValidCertificate Quality = 0x8059 // no certificate that the peer accepts
)

// qualityNames lists the symbolic names of OPC 10000-6 Annex A.2.
var qualityNames = map[Quality]string{
	Good: "Good", GoodOverload: "GoodOverload", GoodClamped: "GoodClamped",
	GoodLocalOverride: "GoodLocalOverride", GoodNoData: "GoodNoData",
	Uncertain: "Uncertain", UncertainLastUsable: "UncertainLastUsableValue",
	UncertainSubstitute: "UncertainSubstituteValue", UncertainInitial: "UncertainInitialValue",
	UncertainSensorNotAccurate:      "UncertainSensorNotAccurate",
	UncertainUnitsExceeded:          "UncertainEngineeringUnitsExceeded",
	UncertainSubNormal:              "UncertainSubNormal",
	UncertainNoCommunicationLastUse: "UncertainNoCommunicationLastUsableValue",
	Bad:                             "Bad", BadUnexpected: "BadUnexpectedError", BadInternal: "BadInternalError",
	BadResource: "BadResourceUnavailable", BadCommunication: "BadCommunicationError",
	BadEncoding: "BadEncodingError", BadDecoding: "BadDecodingError",
	BadUnknownResponse: "BadUnknownResponse", BadTimeout: "BadTimeout", BadShutdown: "BadShutdown",
	BadTooManyOperations: "BadTooManyOperations", BadAccessDenied: "BadUserAccessDenied",
	BadNoCommunication: "BadNoCommunication", BadWaiting: "BadWaitingForInitialData",
	BadAddressInvalid: "BadNodeIdInvalid", BadAddressUnknown: "BadNodeIdUnknown",
	BadNotReadable: "BadNotReadable", BadNotWritable: "BadNotWritable", BadOutOfRange: "BadOutOfRange",
	BadNotSupported: "BadNotSupported", BadNotFound: "BadNotFound", BadTypeMismatch: "BadTypeMismatch",
	BadConfiguration: "BadConfigurationError", BadNotConnected: "BadNotConnected",
	BadDeviceFailure: "BadDeviceFailure", BadSensorFailure: "BadSensorFailure",
	BadOutOfService: "BadOutOfService", BadDataLost: "BadDataLost",
	BadDataUnavailable: "BadDataUnavailable", BadConnectionClosed: "BadConnectionClosed",
	BadInvalidState: "BadInvalidState", BadResponseTooLarge: "BadResponseTooLarge",
	BadNoValidCertificate: "BadNoValidCertificates",
}

// qualityByName is the inverse of qualityNames.
var qualityByName = func() map[string]Quality {
	m := make(map[string]Quality, len(qualityNames))
	for q, name := range qualityNames {
		m[name] = q
	}
	return m
}()

// FromStatusCode takes the quality out of an OPC UA StatusCode, whose low word
// carries flags that are no quality.
func FromStatusCode(code uint32) Quality { return Quality(code >> 16) }

// StatusCode returns the OPC UA StatusCode with no flags set.
func (q Quality) StatusCode() uint32 { return uint32(q) << 16 }

// Severity returns Good, Uncertain or Bad.
func (q Quality) Severity() Quality {
	if q&Bad != 0 {
		return Bad
	}
	return q & severityMask
}

// IsGood reports whether the value may be used as it is.
func (q Quality) IsGood() bool { return q.Severity() == Good }

// IsUncertain reports whether the value may be used with care.
func (q Quality) IsUncertain() bool { return q.Severity() == Uncertain }

// IsBad reports whether the value must not be used.
func (q Quality) IsBad() bool { return q&Bad != 0 }

// String returns the symbolic name of OPC UA, or severity and code in
// hexadecimal where it has none here, such as Bad(0x80C5).
func (q Quality) String() string {
	if name, ok := qualityNames[q]; ok {
		return name
	}
	return fmt.Sprintf("%s(0x%04X)", qualityNames[q.Severity()], uint16(q))
}

// ParseQuality is the inverse of Quality.String.
func ParseQuality(s string) (Quality, error) {
	if q, ok := qualityByName[s]; ok {
		return q, nil
	}
	if _, rest, ok := strings.Cut(s, "(0x"); ok && strings.HasSuffix(rest, ")") {
		if n, err := strconv.ParseUint(rest[:len(rest)-1], 16, 16); err == nil {
			return Quality(n), nil
		}
	}
	return Bad, fmt.Errorf("quality %q: want a name of OPC UA such as Good or BadTimeout", s)
}
