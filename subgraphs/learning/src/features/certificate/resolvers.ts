import type { Resolvers } from '../../generated/graphql.js';

export const certificateResolvers: Resolvers = {
  Enrollment: {
    certificate: ({ id }, _args, { loaders }) => loaders.certificateByEnrollmentId.load(id),
  },
  Query: {
    verifyCertificate: async (_parent, { code }, { certificates }) => {
      const certificate = await certificates.verify(code);
      return certificate && { ...certificate, valid: certificate.revokedAt === null };
    },
  },
};
