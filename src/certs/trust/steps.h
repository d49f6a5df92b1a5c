#pragma once

#include "certs/trust/target.h"

// What a person does on each kind of device or in each program, once the file is there. Names of
// menus are those of the latest versions. The last step takes it back.
namespace gatehouse::certs::steps {

inline constexpr std::string_view kCompare =
    "Compare the fingerprint with the one of `gatehouse trust show@ca@`, SHA-256: @fingerprint@";
inline constexpr std::string_view kOpensslFingerprint =
    "openssl x509 -in @file@ -noout -fingerprint -sha256";

inline constexpr TrustingStep kWindows[] = {
    {"Compare the SHA-256 of the file with the one of `gatehouse trust show@ca@`: @sha256@",
     "certutil -hashfile @file@ SHA256"},
    {"For all users, in a command prompt as administrator:", "certutil -addstore -f Root @file@"},
    {"Or by hand: open the file, choose Install Certificate, Local Machine, \"Place all "
     "certificates in the following store\", Trusted Root Certification Authorities."},
    {"For a domain: in a group policy, Computer Configuration, Policies, Windows Settings, "
     "Security Settings, Public Key Policies, Trusted Root Certification Authorities, Import."},
    {"To take it back:", "certutil -delstore Root @sha1@"},
};

inline constexpr TrustingStep kMacos[] = {
    {kCompare, kOpensslFingerprint},
    {"For all users, in Terminal:",
     "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain @file@"},
    {"Or by hand: open the file in Keychain Access, add it to the System keychain, open \"@name@\" "
     "there, Trust, \"When using this certificate\": Always Trust."},
    {"Managed Macs take the profile of `gatehouse trust export@ca@ --for ios` by their device "
     "management."},
    {"To take it back:",
     "sudo security delete-certificate -Z @sha1@ -t /Library/Keychains/System.keychain"},
};

inline constexpr TrustingStep kIos[] = {
    {"Open the file on the device: by AirDrop, as an attachment of a mail, or on the trust page "
     "of gatehouse in Safari. Allow the download of the profile."},
    {"Settings, Profile Downloaded. Compare the fingerprint under More Details with "
     "the one of `gatehouse trust show@ca@`, SHA-256: @fingerprint@"},
    {"Install, and enter the code of the device."},
    {"Settings, General, About, Certificate Trust Settings: switch on \"@name@\". Until then "
     "nothing trusts it."},
    {"To take it back: Settings, General, VPN & Device Management, \"@name@\", Remove Profile."},
};

inline constexpr TrustingStep kAndroid[] = {
    {"Bring the file to the device, or open the trust page of gatehouse there."},
    {"Settings, Security & privacy, More security & privacy, Encryption & credentials, Install a "
     "certificate, CA certificate, Install anyway; then choose the file."},
    {"Settings, Encryption & credentials, Trusted credentials, User, \"@name@\": compare the "
     "fingerprint with the one of `gatehouse trust show@ca@`, SHA-256: @fingerprint@. Remove it "
     "again "
     "if it is another."},
    {"Browsers trust it now. An application does when its network security configuration names "
     "user certificates; managed devices get the file by their device management."},
    {"To take it back: Trusted credentials, User, \"@name@\", Remove."},
};

inline constexpr TrustingStep kLinux[] = {
    {kCompare, kOpensslFingerprint},
    {"Debian, Ubuntu, Alpine:",
     "sudo cp @file@ /usr/local/share/ca-certificates/gatehouse-@id@.crt && sudo "
     "update-ca-certificates"},
    {"RHEL, Fedora, Amazon Linux:",
     "sudo cp @file@ /etc/pki/ca-trust/source/anchors/gatehouse-@id@.crt && sudo update-ca-trust"},
    {"SUSE:",
     "sudo cp @file@ /etc/pki/trust/anchors/gatehouse-@id@.crt && sudo update-ca-certificates"},
    {"Arch:", "sudo trust anchor --store @file@"},
    {"Chromium has a store for each user (certutil is in libnss3-tools or nss-tools):",
     "certutil -A -n gatehouse-@id@ -t C,, -i @file@ -d sql:$HOME/.pki/nssdb"},
    {"To take it back: remove the file that was copied and run the same update command; on Arch:",
     "sudo trust anchor --remove @file@"},
};

inline constexpr TrustingStep kFirefox[] = {
    {"The policy names the certificate gatehouse-@id@.crt; write that file too:",
     "gatehouse trust export@ca@ --out gatehouse-@id@.crt"},
    {kCompare, "openssl x509 -in gatehouse-@id@.crt -noout -fingerprint -sha256"},
    {"Put the certificate where Firefox looks: /usr/lib/mozilla/certificates on Linux, "
     "%LOCALAPPDATA%\\Mozilla\\Certificates on Windows, /Library/Application "
     "Support/Mozilla/Certificates on macOS."},
    {"Put the policy where Firefox looks: /etc/firefox/policies on Linux, the folder distribution "
     "beside firefox.exe on Windows, Firefox.app/Contents/Resources/distribution on macOS. If "
     "there is a policies.json already, add what is under Certificates to it."},
    {"Start Firefox anew; about:policies shows it."},
    {"Or by hand: Settings, Privacy & Security, View Certificates, Authorities, Import, the "
     "certificate, \"Trust this CA to identify websites\"."},
    {"To take it back: take the lines out of policies.json, and delete \"@name@\" under "
     "View Certificates, Authorities."},
};

inline constexpr TrustingStep kFirefoxByHand[] = {
    {"Settings, Privacy & Security, Security, View Certificates, Authorities, Import: the file "
     "@file@."},
    {"View: compare the fingerprint with the one of `gatehouse trust show@ca@`, SHA-256: "
     "@fingerprint@"},
    {"Switch on \"Trust this CA to identify websites\", OK. Reload this page."},
    {"To take it back: View Certificates, Authorities, \"@name@\", Delete or Distrust."},
};

inline constexpr TrustingStep kJava[] = {
    {kCompare, "keytool -printcert -file @file@"},
    {"For every program of one Java (9 and later), as whoever may write its files:",
     "keytool -importcert -cacerts -storepass changeit -noprompt -alias gatehouse-@id@ -file "
     "@file@"},
    {"Java 8 names the store by its path:",
     "keytool -importcert -keystore \"$JAVA_HOME/jre/lib/security/cacerts\" -storepass changeit "
     "-noprompt -alias gatehouse-@id@ -file @file@"},
    {"For one program: a store of its own, which then holds nothing else:",
     "keytool -importcert -keystore trust.p12 -storepass changeit -noprompt -alias gatehouse-@id@ "
     "-file @file@ && java -Djavax.net.ssl.trustStore=trust.p12 "
     "-Djavax.net.ssl.trustStorePassword=changeit -jar program.jar"},
    {"To take it back:", "keytool -delete -cacerts -storepass changeit -alias gatehouse-@id@"},
};

inline constexpr TrustingStep kCurl[] = {
    {kCompare, kOpensslFingerprint},
    {"For one call:", "curl --cacert @file@ https://NAME/"},
    {"For all calls of a shell; it replaces what curl trusts otherwise:",
     "export CURL_CA_BUNDLE=\"$PWD/\"@file@"},
    {"For both this CA and the public ones:",
     "cat /etc/ssl/certs/ca-certificates.crt @file@ > bundle.crt && curl --cacert bundle.crt "
     "https://NAME/"},
    {"To take it back: leave the option out."},
};

inline constexpr TrustingStep kPython[] = {
    {kCompare, kOpensslFingerprint},
    {"In a program: ssl.create_default_context(), then on it:",
     "context.load_verify_locations(\"@file@\")"},
    {"For requests and what is built on it, both this CA and the public ones:",
     "cat \"$(python3 -m certifi)\" @file@ > bundle.crt && export "
     "REQUESTS_CA_BUNDLE=\"$PWD/bundle.crt\""},
    {"For the module ssl, httpx and aiohttp:", "export SSL_CERT_FILE=\"$PWD/bundle.crt\""},
    {"For pip:", "pip config set global.cert \"$PWD/bundle.crt\""},
    {"To take it back: leave the variables out."},
};

inline constexpr TrustingStep kNode[] = {
    {kCompare, kOpensslFingerprint},
    {"For one start; it is added to what Node.js trusts:",
     "NODE_EXTRA_CA_CERTS=@file@ node app.js"},
    {"Node.js 22.15 and later can use the system's store instead, once that trusts the CA:",
     "node --use-system-ca app.js"},
    {"To take it back: leave the variable out."},
};

inline constexpr TrustingStep kDocker[] = {
    {kCompare, kOpensslFingerprint},
    {"In the Dockerfile of an image of Debian, Ubuntu or Alpine (with the package "
     "ca-certificates):",
     "COPY @file@ /usr/local/share/ca-certificates/gatehouse-@id@.crt\n"
     "RUN update-ca-certificates"},
    {"In one of RHEL, Fedora or UBI:",
     "COPY @file@ /etc/pki/ca-trust/source/anchors/gatehouse-@id@.crt\n"
     "RUN update-ca-trust"},
    {"For the Docker daemon, so that it trusts a registry behind gatehouse:",
     "sudo install -D -m 0644 @file@ /etc/docker/certs.d/NAME:PORT/ca.crt"},
    {"To take it back: remove the lines and build the image anew; remove the file of the daemon."},
};

inline constexpr TrustingStep kIntune[] = {
    {"Compare the SHA-256 of the file with the one of `gatehouse trust show@ca@`: @sha256@",
     "certutil -hashfile @file@ SHA256"},
    {"Intune admin center, Devices, Configuration, Create, New policy. Platform: Windows 10 and "
     "later; profile type: Templates, Trusted certificate."},
    {"Certificate file: @file@. Destination store: Computer certificate store - Root."},
    {"Assign it to the groups of devices that are meant, and create it."},
    {"One more policy of the same kind for each other platform: iOS/iPadOS, macOS, Android "
     "Enterprise."},
    {"To take it back: remove the assignment; Intune takes the certificate away with it."},
};

inline constexpr TrustingStep kAnsible[] = {
    {"The certificate is in the file. Compare the fingerprint in its first lines with the one of "
     "`gatehouse trust show@ca@`, SHA-256: @fingerprint@"},
    {"In a play with become: true:", "- ansible.builtin.import_tasks: @file@"},
    {"Try it first:", "ansible-playbook --check --diff PLAYBOOK"},
    {"To take it back:", "ansible-playbook PLAYBOOK --extra-vars gatehouse_ca_state=absent"},
};

}  // namespace gatehouse::certs::steps
