import type { Resolvers } from '../../generated/graphql.js';

export const certificateResolvers: Resolvers = {
  Enrollment: {
    certificate: ({ id }, _args, { loaders }) => loaders.certificateByEnrollmentId.load(id),
  },
  Certificate: {
    pdfUrl: async ({ id, revokedAt }, _args, { loaders, certificateDocuments }) => {
      if (revokedAt !== null || (await loaders.documentByCertificateId.load(id)) === null) {
        return null;
      }
      return certificateDocuments.urlOf(id);
    },
  },
  Query: {
    verifyCertificate: async (_parent, { code }, { certificates }) => {
      const certificate = await certificates.verify(code);
      return certificate && { ...certificate, valid: certificate.revokedAt === null };
    },
  },
};
