export {
  type CertificateAuthority,
  type CertificateAuthorityOptions,
  openCertificateAuthority,
} from "./certificate-authority.ts";
export { CertificateError } from "./certificate-error.ts";
export { ownCertificate, type OwnCertificateFiles } from "./own-certificate.ts";
