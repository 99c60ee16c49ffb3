// The policy under which this room uses Boost.Math: plain doubles, so that results do not depend on
// the width of long double.
#pragma once

#include <boost/math/policies/policy.hpp>

namespace chimera::evidence {

using math_policy = boost::math::policies::policy<boost::math::policies::promote_float<false>,
                                                  boost::math::policies::promote_double<false>>;

}  // namespace chimera::evidence
